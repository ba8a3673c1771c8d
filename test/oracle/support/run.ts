import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Runs a program and returns what it writes. */
export async function run(program: string, args: readonly string[], directory?: string): Promise<string> {
  const { stdout } = await execute(program, [...args], {
    ...(directory === undefined ? {} : { cwd: directory }),
    env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
    maxBuffer: 2 ** 24,
  });
  return stdout;
}
