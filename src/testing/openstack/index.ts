export type { FakeUser } from "./cloud.ts";
export { type FakeOpenStack, fakeOpenStack } from "./fake.ts";
export type { FakeGlance, FakeServer } from "./fake-glance.ts";
export type { FakeOpenStackOptions } from "./options.ts";
