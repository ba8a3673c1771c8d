export { memory } from "./backend.ts";
export type { MemoryOptions } from "./options.ts";
