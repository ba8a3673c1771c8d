import { join } from "node:path";
import { run } from "./run.ts";

/** Installs the programs that make the files. */
export default async function setup(): Promise<void> {
  await run("/bin/sh", [join(import.meta.dirname, "install.sh")]);
}
