export { type FakeVkcs, fakeVkcs } from "./fake.ts";
export type { FakeVkcsOptions } from "./options.ts";
