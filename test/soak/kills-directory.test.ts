/** apply is killed at a random instant of its run on a folder, and run again. */
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import { ImageManager } from "../../src/index.ts";
import { imageName } from "../integration/support/names.ts";
import { type Chance, chanceOf } from "./support/chance.ts";
import { killAtTime, type Run } from "./support/kill.ts";
import { dismiss, work } from "./support/processes.ts";
import { KINDS, type Scenario, setUp } from "./support/scenarios.ts";
import { kills, seed } from "./support/settings.ts";
import { expectConverged, seenBy } from "./support/witness.ts";

console.log(`IMAGEWRIGHT_SOAK_SEED=${seed}`);

let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "imagewright-soak-"));
});
afterAll(async () => {
  await dismiss();
  await rm(path, { recursive: true, force: true });
});

async function measure({ spec, onReplace }: Scenario): Promise<Run> {
  const start = performance.now();
  const worker = await work({ spec, onReplace, place: { path } });
  expect(await worker.told).toMatchObject({ status: "active" });
  return { durationMs: performance.now() - start };
}

async function runAndKill({ spec, onReplace }: Scenario, run: Run, chance: Chance): Promise<void> {
  await killAtTime(await work({ spec, onReplace, place: { path } }), run, chance);
}

describe.each(KINDS)("%s", (kind) => {
  const backend = () => directory(path);
  let run: Run;

  test("undisturbed", async () => {
    const name = imageName("soak");
    const scenario = await setUp(kind, name, backend(), chanceOf(`${kind} undisturbed`));
    run = await measure(scenario);
    const seen = await seenBy(backend(), name);
    await expectConverged(scenario, seen, backend());
    for (const { id } of seen) await new ImageManager(backend()).destroy(id);
  });

  const rounds = Array.from({ length: Math.ceil(kills / 2 / KINDS.length) }, (_, round) => round + 1);
  test.for(rounds)("killed: %s", async (round) => {
    const chance = chanceOf(`kills in a folder ${kind} ${round}`);
    const name = imageName("soak");
    const scenario = await setUp(kind, name, backend(), chance);
    await runAndKill(scenario, run, chance);
    if (chance.happens(0.25)) await runAndKill(scenario, run, chance);
    const { image } = await new ImageManager(backend()).apply(scenario.spec);
    const seen = await seenBy(backend(), name);
    expect(seen.map(({ id }) => id)).toEqual([image.id]);
    await expectConverged(scenario, seen, backend());
    await new ImageManager(backend()).apply({ name, tags: ["after"] });
    expect((await readdir(join(path, image.id))).sort()).toEqual(["data", "image.json"]);
    await new ImageManager(backend()).destroy(image.id);
  });
});

test("what killed processes had begun is swept away by a later one", async () => {
  const long = new Date(Date.now() - 60_000);
  for (const name of await readdir(path)) await utimes(join(path, name), long, long);
  const name = imageName("soak");
  const scenario = await setUp("create", name, directory(path), chanceOf("sweep"));
  const images = new ImageManager(directory(path));
  const { image } = await images.apply(scenario.spec);
  await images.destroy(image.id);
  expect((await readdir(path)).filter((file) => !/^\.[0-9a-f-]{36}\.deleted$/.test(file))).toEqual([]);
});
