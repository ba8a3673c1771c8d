/** Two processes apply one spec at the same moment: both succeed, and there is one image. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import type { Backend } from "../../src/index.ts";
import { authOf, backendOf } from "../integration/support/cloud.ts";
import { imageName } from "../integration/support/names.ts";
import { chanceOf } from "./support/chance.ts";
import { dismiss, type Place, work } from "./support/processes.ts";
import { setUp } from "./support/scenarios.ts";
import { races, seed } from "./support/settings.ts";
import { expectConverged, seenBy } from "./support/witness.ts";

/** Within this time the second process begins behind the first. */
const BEHIND_MS = 150;

console.log(`IMAGEWRIGHT_SOAK_SEED=${seed}`);

afterAll(dismiss);

describe.each(["Glance", "a folder"])("on %s", (where) => {
  let backend: Backend;
  let place: Place;
  let path: string;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "imagewright-soak-"));
    const { imageUrl, region } = inject("cloud");
    const openstack = { auth: authOf("demo"), region, imageEndpointOverride: imageUrl };
    place = where === "Glance" ? { openstack } : { path };
    backend = where === "Glance" ? await backendOf("demo") : directory(path);
  });
  afterAll(() => rm(path, { recursive: true, force: true }));

  describe.each(["create", "fill", "update", "replace"] as const)("%s", (kind) => {
    test.for(Array.from({ length: Math.ceil(races / 4) }, (_, round) => round + 1))(
      "race %s",
      async (round) => {
        const chance = chanceOf(`races ${where} ${kind} ${round}`);
        const name = imageName("soak");
        const scenario = await setUp(kind, name, backend, chance);
        const first = await work({ spec: scenario.spec, place });
        await new Promise((resolve) => setTimeout(resolve, chance.pick([0, BEHIND_MS]) * chance.number()));
        const second = await work({ spec: scenario.spec, place });
        const told = await Promise.all([first.told, second.told]);
        const seen = await seenBy(backend, name);
        expect(told).toEqual([0, 1].map(() => ({ id: seen[0]?.id, status: "active" })));
        await expectConverged(scenario, seen, backend);
      },
    );
  });
});
