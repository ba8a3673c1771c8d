import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { OpenStackOptions } from "../../../src/backends/openstack/index.ts";
import type { ImageSpecInput, PlanOptions } from "../../../src/index.ts";

/** Where a process applies a spec. */
export type Place = { readonly openstack: OpenStackOptions } | { readonly path: string };

/** What a process is to do. */
export interface Work {
  readonly spec: ImageSpecInput;
  readonly place: Place;
  /** For a plan of its own, in place of the spec. */
  readonly onReplace?: PlanOptions["onReplace"];
}

/** What a process has to say in the end. */
export type Told = { readonly id: string; readonly status: string } | { readonly error: string };

/** A process that is at work. */
export interface Worker {
  /** `undefined` when it was killed before it could say anything. */
  readonly told: Promise<Told | undefined>;
  kill(): void;
}

/** Every process waits for work with everything loaded: a random instant of its run is one of its work. */
let next: Promise<ChildProcess> | undefined;

/** Sets a process of its own to work, for one test. */
export async function work(task: Work): Promise<Worker> {
  // Taken at once: another that is asked for meanwhile must not get the same.
  const taken = next ?? start();
  next = start();
  const child = await taken;
  let told: Told | undefined;
  child.on("message", (message) => {
    told = message as Told;
  });
  // What it has said may come after its exit.
  const ended = Promise.all([once(child, "exit"), once(child, "disconnect")]).then(([[code, signal]]) => {
    if (told === undefined && signal !== "SIGKILL")
      throw new Error(`It ended with ${signal ?? code} and said nothing`);
    return told;
  });
  // Who kills it may not ask.
  ended.catch(() => undefined);
  const kill = (): void => void child.kill("SIGKILL");
  onTestFinished(async () => {
    kill();
    await ended.catch(() => undefined);
  });
  child.send(task);
  return { told: ended, kill };
}

async function start(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, "apply.process.ts"), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(child, "message");
  return child;
}

/** Ends the process that waits for work. */
export async function dismiss(): Promise<void> {
  (await next)?.kill("SIGKILL");
}
