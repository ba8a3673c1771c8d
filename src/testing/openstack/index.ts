export type { Failure, JournalEntry } from "./controls.ts";
export { type FakeOpenStack, type FakeServer, type FakeUser, fakeOpenStack } from "./fake.ts";
export type { Msw } from "./handlers.ts";
export type { FakeOpenStackOptions } from "./options.ts";
