export { directory } from "./backend.ts";
export type { DirectoryOptions } from "./options.ts";
