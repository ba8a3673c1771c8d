/** apply is killed at a random instant of its run on a real Glance, and run again. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ImageManager } from "../../src/index.ts";
import { authOf, backendOf, type OpenStack } from "../integration/support/cloud.ts";
import { imageName } from "../integration/support/names.ts";
import { proxyToGlance } from "../integration/support/proxy.ts";
import { type Chance, chanceOf } from "./support/chance.ts";
import { killAtTime, type Run, trapAtRequest } from "./support/kill.ts";
import { dismiss, type Place, type Told, work } from "./support/processes.ts";
import { KINDS, type Scenario, setUp } from "./support/scenarios.ts";
import { kills, seed } from "./support/settings.ts";
import { expectConverged, seenInGlance } from "./support/witness.ts";

console.log(`IMAGEWRIGHT_SOAK_SEED=${seed}`);

let backend: OpenStack;
beforeAll(async () => {
  backend = await backendOf("demo");
});
afterAll(dismiss);

const placeAt = (imageEndpointOverride: string): Place => ({
  openstack: { auth: authOf("demo"), region: inject("cloud").region, imageEndpointOverride },
});

/** An apply from its beginning to its end: how long it takes, and how many requests. */
async function measure({ spec, onReplace }: Scenario): Promise<Run> {
  const { url, requests } = await proxyToGlance();
  const start = performance.now();
  const worker = await work({ spec, onReplace, place: placeAt(url) });
  expect(await worker.told).toMatchObject({ status: "active" });
  return { durationMs: performance.now() - start, requests: requests.length };
}

async function runAndKill({ spec, onReplace }: Scenario, run: Run, chance: Chance): Promise<void> {
  if (chance.happens(0.5)) {
    const worker = await work({ spec, onReplace, place: placeAt(inject("cloud").imageUrl) });
    return killAtTime(worker, run, chance);
  }
  const trap = trapAtRequest(run, chance);
  const { url } = await proxyToGlance(trap.interfere);
  const worker = await work({ spec, onReplace, place: placeAt(url) });
  trap.set(worker);
  await worker.told;
}

/** Another process applies the spec while the first one, which is killed, still lives. */
async function runBeside(scenario: Scenario, run: Run, chance: Chance): Promise<Told | undefined> {
  const first = runAndKill(scenario, run, chance);
  await new Promise((resolve) => setTimeout(resolve, chance.number() * run.durationMs));
  const { spec, onReplace } = scenario;
  const second = await work({ spec, onReplace, place: placeAt(inject("cloud").imageUrl) });
  const [told] = await Promise.all([second.told, first]);
  return told;
}

describe.each(KINDS)("%s", (kind) => {
  let run: Run;
  const rounds = Array.from({ length: Math.ceil(kills / KINDS.length) }, (_, round) => round + 1);

  test("undisturbed", async () => {
    const name = imageName("soak");
    const scenario = await setUp(kind, name, backend, chanceOf(`${kind} undisturbed`));
    run = await measure(scenario);
    await expectConverged(scenario, await seenInGlance(name), backend);
  });

  test.for(rounds)("killed: %s", async (round) => {
    const chance = chanceOf(`kills ${kind} ${round}`);
    const name = imageName("soak");
    const scenario = await setUp(kind, name, backend, chance);
    const { spec } = scenario;
    const then = chance.pick(["run again", "run again", "killed again", "run beside"]);
    if (then === "run beside") {
      const told = await runBeside(scenario, run, chance);
      // A plan is never made anew: its process has to do that.
      const allowed = scenario.onReplace === undefined ? "" : "ERR_PLAN_STALE";
      if (told !== undefined && "error" in told) expect(told.error.split(":")[0]).toBe(allowed);
      else expect(told).toMatchObject({ status: "active" });
    } else {
      await runAndKill(scenario, run, chance);
      if (then === "killed again") await runAndKill(scenario, run, chance);
    }
    const { image } = await new ImageManager(backend).apply(spec);
    const seen = await seenInGlance(name);
    expect(seen.map(({ id }) => id)).toEqual([image.id]);
    await expectConverged(scenario, seen, backend);
  });
});
