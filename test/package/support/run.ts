import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const timeoutMs = 100_000;

/** Runs a command to its end, whatever that is. */
export async function run(command: string, parameters: readonly string[], cwd: string): Promise<Run> {
  const child = spawn(command, parameters, { cwd, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

/** Runs a command that has to succeed, and returns what it prints. */
export async function output(command: string, parameters: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await run(command, parameters, cwd);
  if (code !== 0)
    throw new Error(`${command} ${parameters.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
