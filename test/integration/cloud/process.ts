import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loopback } from "./ports.ts";

export interface Program {
  readonly name: string;
  /** Zero for success; a program that was killed counts as failed. */
  readonly exitCode: Promise<number>;
  hasExited(): boolean;
}

export interface Programs {
  /** Runs a command to its end and throws when that is not a success. */
  run(name: string, command: readonly string[]): Promise<void>;
  /** Starts a command that is to go on running. */
  start(name: string, command: readonly string[], environment?: Readonly<Record<string, string>>): Program;
  /** Resolves when `isHealthy` does so with true; throws when the program ends before or time runs out. */
  untilHealthy(program: Program, isHealthy: () => Promise<boolean>): Promise<void>;
  /** Kills everything that still runs and removes the directory. */
  end(): Promise<void>;
}

/**
 * Every program leads a process group of its own, and that group holds a watcher which reads from a pipe that only
 * this process can write to. The pipe ends when this process closes it or dies in whatever way: the group dies then.
 */
const guarded = '{ read -r _ <&3; kill -KILL 0; } & exec "$@" 3<&-';

/** Waits in the same way, then removes the directory; a program that is being killed may still write to it. */
const remover = 'read -r _ <&3; for _ in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 0.1; done';

const healthTimeoutMs = 90_000;
const healthIntervalMs = 50;
const shownLogLines = 30;

/** The programs of one cloud, which log to files in `directory`. */
export function createPrograms(directory: string): Programs {
  const children = new Set<ChildProcess>();
  const directoryRemover = shell(remover, [directory], "ignore", {});
  let ended = false;

  function logFile(name: string): string {
    return join(directory, `${name}.log`);
  }

  async function failure(name: string, event: string): Promise<Error> {
    const log = await readFile(logFile(name), "utf8").catch(() => "");
    const tail = log.trimEnd().split("\n").slice(-shownLogLines).join("\n");
    return new Error(`${name} ${event}. Its log ends with:\n${tail}`);
  }

  function start(
    name: string,
    command: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Program {
    if (ended) throw new Error(`${name} was not started, because the cloud was stopped`);
    const log = openSync(logFile(name), "a");
    const child = shell(guarded, command, log, environment);
    closeSync(log);
    children.add(child);
    const exitCode = exitOf(child).finally(() => {
      release(child);
      children.delete(child);
    });
    return { name, exitCode, hasExited: () => !children.has(child) };
  }

  async function run(name: string, command: readonly string[]): Promise<void> {
    const exitCode = await start(name, command).exitCode;
    if (exitCode !== 0) throw await failure(name, `ended with code ${exitCode}`);
  }

  async function untilHealthy(program: Program, isHealthy: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + healthTimeoutMs;
    while (!(await isHealthy())) {
      if (program.hasExited()) throw await failure(program.name, "ended while it was starting");
      if (Date.now() > deadline)
        throw await failure(program.name, `did not answer within ${healthTimeoutMs} ms`);
      await sleep(healthIntervalMs);
    }
  }

  async function end(): Promise<void> {
    ended = true;
    await Promise.all([...children].map(endOf));
    await endOf(directoryRemover);
  }

  return { run, start, untilHealthy, end };
}

function shell(
  script: string,
  parameters: readonly string[],
  output: number | "ignore",
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  return spawn("/bin/sh", ["-c", script, "sh", ...parameters], {
    detached: true,
    stdio: ["ignore", output, output, "pipe"],
    env: { ...process.env, no_proxy: loopback, ...environment },
  });
}

async function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode ?? 1;
}

async function endOf(child: ChildProcess): Promise<void> {
  release(child);
  await exitOf(child);
}

function release(child: ChildProcess): void {
  child.stdio[3]?.destroy();
}
