import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { installSuite } from "../../integration/cloud/suite.ts";
import { run } from "./run.ts";

/** What oslo.utils says of a file. With several formats, Glance refuses it, and looks no further. */
export interface OsloVerdict {
  readonly formats: readonly string[];
  readonly failed?: readonly string[];
  readonly virtualSizeBytes?: number;
}

/** Asks Debian 13's oslo.utils, the one that its Glance runs, about files of a directory. */
export async function askOslo(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, OsloVerdict>> {
  const { commandIn } = await installSuite("trixie");
  const script = join(directory, "oslo_verdicts.py");
  await copyFile(join(import.meta.dirname, "oslo_verdicts.py"), script);
  const paths = names.map((name) => join(directory, name));
  const [program = "", ...args] = commandIn(directory, ["python3", script, ...paths]);
  const verdicts: Readonly<Record<string, OsloVerdict>> = JSON.parse(await run(program, args));
  return new Map(
    names.flatMap((name) => {
      const verdict = verdicts[join(directory, name)];
      return verdict === undefined ? [] : [[name, verdict] as const];
    }),
  );
}
