import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Text of some 2 KB, no two lines of which are alike. */
export const small: Buffer = Buffer.from(
  Array.from({ length: 60 }, (_, line) => `line ${line}: ${(line * line * 7_919) % 100_003}\n`).join(""),
);

/** More than one block of every format: 1.6 MB that compress well. */
export const large: Buffer = Buffer.from(
  Array.from({ length: 80_000 }, (_, line) => `row ${line % 1_000} of the table\n`).join(""),
);

/** One block of bzip2, from which more comes than is handed on at a time: 4 MB, in runs of one byte. */
export const runs: Buffer = Buffer.concat(Array.from({ length: 40 }, (_, run) => Buffer.alloc(100_000, run)));

/** A disk with data at 40 places, and holes between them: more than the map in one header of GNU tar. */
export const sparse: Buffer = Buffer.alloc(2_000_000);
for (let part = 0; part < 40; part++) sparse.fill(`part ${part}`, part * 45_056, part * 45_056 + 4_096);

export const empty: Buffer = Buffer.alloc(0);

/** A file of the fixtures, which `make.sh` makes. */
export function fixture(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, "fixtures", name));
}
