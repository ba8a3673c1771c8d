export type { Failure, FakeControls, JournalEntry } from "./controls.ts";
export type { Msw } from "./handlers.ts";
