import { join } from "node:path";
import { run } from "./run.ts";

export const ways = ["import", "require"] as const;

export type Way = (typeof ways)[number];

interface Surroundings {
  readonly globals: readonly string[];
  readonly listeners: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly umask: number;
  readonly resources: readonly string[];
}

export interface Observation {
  /** What the entry exports. */
  readonly names: readonly string[];
  /** The paths of the files that were loaded. */
  readonly loaded: readonly string[];
  readonly before: Surroundings;
  readonly after: Surroundings;
}

/** Loads an entry of the installed package in a process of its own, which has to end by itself and say nothing. */
export async function observe(way: Way, entry: string, consumer: string): Promise<Observation> {
  const program = join(consumer, "observe.mjs");
  const { code, stdout, stderr } = await run(process.execPath, [program, way, entry], consumer);
  if (code !== 0 || stderr !== "") throw new Error(`${way} ${entry} ended with ${code}:\n${stdout}${stderr}`);
  // Anything that the package prints makes this no JSON.
  return JSON.parse(stdout);
}
