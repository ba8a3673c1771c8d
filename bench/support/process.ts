import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { watchPeakRss } from "./memory.ts";

export interface ProcessRun {
  readonly output: string;
  /** From its start to its end. */
  readonly seconds: number;
  /** `undefined` where the system doesn't tell. */
  readonly peakRssBytes: number | undefined;
}

export interface ProcessOptions {
  /** Laid over this process's own; what is `undefined` is taken out. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly directory?: string;
  readonly signal: AbortSignal;
}

/** Runs a command to its end and throws what it says when that is not a success. */
export async function runMeasured(
  command: string,
  parameters: readonly string[],
  { environment, directory, signal }: ProcessOptions,
): Promise<ProcessRun> {
  const startMs = performance.now();
  const child = spawn(command, parameters, {
    env: { ...process.env, ...environment },
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  const peakRss = child.pid === undefined ? () => undefined : watchPeakRss(child.pid);
  const told = Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    await once(child, "exit");
  } finally {
    peakRss();
  }
  const seconds = (performance.now() - startMs) / 1000;
  const [output, complaint] = await told;
  if (child.exitCode !== 0) {
    const end = child.signalCode ?? `code ${child.exitCode}`;
    throw new Error(`${command} ended with ${end}:\n${complaint || output}`);
  }
  return { output, seconds, peakRssBytes: peakRss() };
}
