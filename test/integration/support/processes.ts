import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { OpenStackOptions } from "../../../src/backends/openstack/index.ts";
import type { ImageSpecInput } from "../../../src/index.ts";

export interface ApplyProcess {
  readonly child: ChildProcess;
  /** What it wrote: the image's id and status as JSON, or why it failed; empty when it was killed. */
  readonly output: Promise<string>;
}

/** Applies a spec in a process of its own, which sees only these environment variables. */
export function applyInProcess(
  spec: ImageSpecInput,
  options: OpenStackOptions,
  environment: Readonly<Record<string, string>> = {},
): ApplyProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, "apply.process.ts")], {
    env: {
      APPLY_SPEC: JSON.stringify(spec),
      APPLY_OPTIONS: JSON.stringify(options),
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"],
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([standard, errors]) => standard || errors,
  );
  return { child, output };
}
