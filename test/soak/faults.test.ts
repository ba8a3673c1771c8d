/** Requests to a real Glance go wrong at random: an apply ends in the right state or in a typed error. */
import { inspect } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { ImageManager, ImagewrightError } from "../../src/index.ts";
import { backendOf, managerOf, type OpenStack } from "../integration/support/cloud.ts";
import { imageName } from "../integration/support/names.ts";
import { proxyToGlance } from "../integration/support/proxy.ts";
import { type Chance, chanceOf } from "./support/chance.ts";
import { disturb, TIMEOUT_MS } from "./support/faults.ts";
import { type Scenario, setUp } from "./support/scenarios.ts";
import { faults, seed } from "./support/settings.ts";
import { expectConverged, type Seen, seenInGlance } from "./support/witness.ts";

/** So many images are worked on at the same time: most of it is waiting. */
const LANES = 5;
const FAULTS_OF_A_LANE = 10;
const KINDS = ["create", "create", "fill", "update", "replace", "replace", "replace", "destroy"] as const;
const OF_REQUESTS = 0.15;
/** How often an apply is tried before nobody disturbs it any more. */
const TRIES = 3;

console.log(`IMAGEWRIGHT_SOAK_SEED=${seed}`);

let backend: OpenStack;
beforeAll(async () => {
  backend = await backendOf("demo");
});

type Passed = Awaited<ReturnType<typeof proxyToGlance>>;

/** A manager whose requests go wrong, and what went wrong. */
interface Disturbed {
  readonly images: ImageManager;
  readonly proxy: Passed;
  readonly injected: string[];
}

async function disturbed(chance: Chance): Promise<Disturbed> {
  const injected: string[] = [];
  const proxy = await proxyToGlance(disturb(chance, OF_REQUESTS, (fault) => injected.push(fault)));
  const images = await managerOf("demo", {
    imageEndpointOverride: proxy.url,
    timeoutMs: TIMEOUT_MS,
    retry: { baseDelayMs: 1 },
  });
  return { images, proxy, injected };
}

/** Whether it succeeded; a failure has to be one of ours, and to tell no secret. */
async function succeeds(action: Promise<unknown>, { requests }: Passed): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    expect(ImagewrightError.is(error), inspect(error)).toBe(true);
    const told = `${inspect(error, { depth: 10 })}${JSON.stringify(error)}`;
    for (const { token } of requests) expect(told.includes(token), told).toBe(false);
    return false;
  }
}

/** What there is after a failure: nothing doubled, nothing lost. */
function expectSound({ hashBefore, hashValue }: Scenario, seen: readonly Seen[]): void {
  const ids = seen.map(({ id }) => id);
  const originals = seen.filter(
    ({ properties }) => !ids.includes(String(properties["imagewright.replaces"])),
  );
  expect(originals.length).toBeLessThanOrEqual(1);
  expect(seen.length).toBeLessThanOrEqual(2);
  if (hashBefore === undefined) return;
  const whole = seen.filter(({ status }) => status === "active").map((image) => image.hashValue);
  expect(whole.some((hash) => hash === hashBefore || hash === hashValue)).toBe(true);
}

async function applyDisturbed(
  kind: "create" | "fill" | "update" | "replace",
  chance: Chance,
): Promise<readonly string[]> {
  const name = imageName("soak");
  const scenario = await setUp(kind, name, backend, chance);
  const { images, proxy, injected } = await disturbed(chance);
  for (let tries = 0; tries < TRIES; tries++) {
    const done = await succeeds(images.apply(scenario.spec), proxy);
    const seen = await seenInGlance(name);
    expectSound(scenario, seen);
    if (!done) continue;
    expect(seen, injected.join(", ")).toMatchObject([{ status: "active", hashValue: scenario.hashValue }]);
    break;
  }
  await new ImageManager(backend).apply(scenario.spec);
  await expectConverged(scenario, await seenInGlance(name), backend);
  return injected;
}

async function destroyDisturbed(chance: Chance): Promise<readonly string[]> {
  const name = imageName("soak");
  await setUp("update", name, backend, chance);
  const [image] = await seenInGlance(name);
  const { images, proxy, injected } = await disturbed(chance);
  const done = await succeeds(images.destroy(image?.id ?? ""), proxy);
  const left = await seenInGlance(name);
  expect(left.length, injected.join(", ")).toBeLessThanOrEqual(done ? 0 : 1);
  await new ImageManager(backend).destroy(image?.id ?? "");
  expect(await seenInGlance(name)).toEqual([]);
  return injected;
}

/** Goes on until as many faults as asked for were injected. */
async function lane(chance: Chance): Promise<void> {
  const injected: string[] = [];
  while (injected.length < FAULTS_OF_A_LANE) {
    const kind = chance.pick(KINDS);
    injected.push(
      ...(kind === "destroy" ? await destroyDisturbed(chance) : await applyDisturbed(kind, chance)),
    );
  }
}

const rounds = Array.from({ length: Math.ceil(faults / LANES / FAULTS_OF_A_LANE) }, (_, round) => round + 1);

test.for(rounds)(`${LANES * FAULTS_OF_A_LANE} faults: %s`, async (round) => {
  const lanes = Array.from({ length: LANES }, (_, number) => lane(chanceOf(`faults ${round} ${number}`)));
  await Promise.all(lanes);
});
