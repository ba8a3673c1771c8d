/** The fake and the real Glance are sent the same, and answer the same. */
import { randomUUID } from "node:crypto";
import { expect, inject, it, onTestFinished } from "vitest";
import { fakeOpenStack } from "../../src/testing/index.ts";
import { signIn } from "../integration/cloud/identity.ts";
import { password } from "../integration/cloud/seed.ts";
import { projectIdOf } from "../integration/support/cloud.ts";
import { content, serve } from "../integration/support/file-server.ts";
import { type Operation, outcomeOf, random, type Side, sequence } from "./operations.ts";

const OPERATIONS = Number(process.env["IMAGEWRIGHT_DIFFERENTIAL_OPERATIONS"] ?? 10_000);
const SEED = Number(process.env["IMAGEWRIGHT_DIFFERENTIAL_SEED"] ?? 2026);
const LENGTH = 25;

type Sides = readonly [real: Side, fake: Side];

it(`the fake answers ${OPERATIONS} random operations as Glance does (seed ${SEED})`, async () => {
  const sides = await bothSides();
  const next = random(SEED);
  const differences: string[] = [];
  let count = 0;
  for (; count < OPERATIONS && differences.length < 10; count += LENGTH) {
    const difference = await firstDifference(sides, sequence(next, LENGTH));
    if (difference !== undefined) differences.push(difference);
  }
  expect(differences, `of ${count} operations, by seed ${SEED}`).toEqual([]);
}, 3_600_000);

/** A real cloud and a fake one, and a web server for both. */
async function bothSides(): Promise<Sides> {
  const fake = fakeOpenStack();
  const { origin: web } = await serve({ "/data": content(Buffer.from("fetched by the cloud")) });
  fake.serveAt(`${web}/data`, Buffer.from("fetched by the cloud"));
  const server = await fake.listen();
  onTestFinished(() => server.close());
  const users = ["demo", "other", "admin"] as const;
  const tokens = async (authUrl: string) => {
    const [demo = "", other = "", admin = ""] = await Promise.all(
      users.map(async (user) => (await signIn(authUrl, { user, project: user, password })).token),
    );
    return { demo, other, admin };
  };
  const { authUrl, imageUrl } = inject("cloud");
  return [
    {
      imageUrl,
      web,
      tokens: await tokens(authUrl),
      projects: {
        demo: await projectIdOf("demo"),
        other: await projectIdOf("other"),
        admin: await projectIdOf("admin"),
      },
    },
    {
      imageUrl: `${server.origin}/image`,
      web,
      tokens: await tokens(`${server.origin}/identity/v3`),
      projects: {
        demo: fake.projectId("demo"),
        other: fake.projectId("other"),
        admin: fake.projectId("admin"),
      },
    },
  ];
}

/** Runs a sequence on both sides until their answers differ; in the end nothing is left of it. */
async function firstDifference(sides: Sides, operations: readonly Operation[]): Promise<string | undefined> {
  const ids = Array.from({ length: 3 }, () => randomUUID());
  const run = `differential-${randomUUID()}`;
  try {
    for (const [index, operation] of [...operations, ...finalReads(ids)].entries()) {
      const [real, fake] = await Promise.all(sides.map((side) => outcomeOf(operation, side, ids, run)));
      try {
        expect(fake).toEqual(real);
      } catch {
        return JSON.stringify({ operation, real, fake, before: operations.slice(0, index) });
      }
    }
    return undefined;
  } finally {
    await Promise.all(ids.map((id) => remove(sides[0], id)));
  }
}

/** The final state, as everybody sees it. */
function finalReads(ids: readonly string[]): readonly Operation[] {
  return ids.map((_id, index) => ({ user: "admin", method: "GET", path: `/images/{${index}}` }));
}

async function remove(real: Side, id: string): Promise<void> {
  const headers = { "x-auth-token": real.tokens.admin };
  const url = `${real.imageUrl}/v2/images/${id}`;
  const body = JSON.stringify([{ op: "replace", path: "/protected", value: false }]);
  await fetch(url, {
    method: "PATCH",
    headers: { ...headers, "content-type": "application/openstack-images-v2.1-json-patch" },
    body,
  });
  await fetch(url, { method: "DELETE", headers });
}
