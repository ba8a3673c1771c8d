/** Damaged and hostile headers: what oslo.utils refuses is refused, and what is refused beyond that has a reason. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inspectImage } from "../../src/transfer/index.ts";
import { INSPECTED_FORMATS } from "../../src/transfer/inspect/inspection.ts";
import { mutated } from "../transfer/inspect/mutated.ts";
import { askOslo, type OsloVerdict } from "./support/oslo.ts";

const SEED = 20_251_125;
const COUNT = 1000;

/** Checks that oslo.utils doesn't have. */
const OURS = ["header", "parent", "virtual_size"];

/** It knows no qcow2 that is cut off in its first sector, and takes it for raw. */
const LEAST_BYTES = 512;

const images = fc
  .sample(mutated, { seed: SEED, numRuns: COUNT })
  .filter(({ length }) => length >= LEAST_BYTES);
const names = images.map((_, index) => `${index}.img`);

let directory: string;
let oslo: ReadonlyMap<string, OsloVerdict>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "imagewright-mutated-"));
  for (const [index, image] of images.entries()) await writeFile(join(directory, `${index}.img`), image);
  oslo = await askOslo(directory, names);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

test("oslo.utils and this library agree about every one", async () => {
  const disagreements: unknown[] = [];
  for (const name of names) {
    const ours = await inspectImage(join(directory, name));
    const verdict = oslo.get(name);
    // It stumbles over a text that isn't ASCII.
    if (verdict === undefined || verdict.formats.length === 0) continue;
    const formats = withOurs(verdict.formats, ours.details["subformat"] === "fixed");
    const refused = formats.length > 1 || (verdict.failed ?? []).some((check) => check !== "mbr");
    const fatal = ours.problems.filter((problem) => problem.fatal).map(({ check }) => check);
    const agrees = refused ? !ours.safe : fatal.every((check) => OURS.includes(check));
    if (!agrees || ours.formats.join() !== formats.join()) disagreements.push({ name, ours, verdict });
  }
  expect(disagreements).toEqual([]);
});

/** With what this library knows beyond it: see docs/decisions/0021-inspection.md. */
function withOurs(formats: readonly string[], isFixedVhd: boolean): readonly string[] {
  if (isFixedVhd) return ["vhd"];
  const others = formats.includes("iso") ? formats.filter((format) => format !== "gpt") : formats;
  return INSPECTED_FORMATS.filter((format) => others.includes(format));
}
