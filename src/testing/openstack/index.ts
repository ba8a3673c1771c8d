export { type FakeOpenStack, type FakeServer, type FakeUser, fakeOpenStack } from "./fake.ts";
export type { FakeOpenStackOptions } from "./options.ts";
