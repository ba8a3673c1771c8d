import { type Account, environmentOf } from "../support/cloud.ts";
import { runMeasured } from "../support/process.ts";
import type { Contestant, Task, Turn } from "./contestant.ts";

/** Another program, which creates, uploads, and deletes its image. Where its last word is a number, that's its span in seconds. */
export function peer({ file, url, signal }: Task, account: Account, command: string): Contestant {
  const commandLine = command.replaceAll("{file}", `'${file}'`).replaceAll("{url}", `'${url}'`);

  async function upload(): Promise<Turn> {
    const environment = environmentOf(account);
    const run = await runMeasured("/bin/sh", ["-c", commandLine], { environment, signal });
    const remark = run.output.trimEnd().split("\n").at(-1) ?? "";
    const told = /(?:^|\s)(\d+(?:\.\d+)?)$/.exec(remark)?.[1];
    return {
      seconds: told === undefined ? run.seconds : Number(told),
      processSeconds: run.seconds,
      peakRssBytes: run.peakRssBytes,
      remark,
    };
  }

  return {
    name: "peer",
    span: `${command}: the seconds that it prints last, else its whole process`,
    upload,
  };
}
