/** A cloud of its own whose tokens are valid for a few seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import { ImageManager } from "../../src/index.ts";
import { password } from "./cloud/seed.ts";
import { type Cloud, startCloud } from "./cloud/start.ts";
import { digest, inParts, MIB, randomData } from "./support/files.ts";

const TOKEN_SECONDS = 5;
let cloud: Cloud | undefined;

beforeAll(async () => {
  cloud = await startCloud({ suite: inject("cloud").suite, tokenSeconds: TOKEN_SECONDS });
});
afterAll(() => cloud?.stop());

test("calls go on when their token has expired", async () => {
  const auth = {
    authUrl: cloud?.authUrl,
    username: "demo",
    password,
    projectName: "demo",
    userDomainName: "Default",
    projectDomainName: "Default",
  };
  const images = new ImageManager(await openstack({ auth }));
  const data = randomData(MIB);
  const spec = {
    name: "expiring",
    containerFormat: "bare",
    diskFormat: "raw",
    source: { open: () => inParts(data), size: data.length },
  } as const;

  const { image } = await images.apply(spec);
  await sleep((TOKEN_SECONDS + 1) * 1000);
  const { image: changed } = await images.apply({ ...spec, tags: ["later"] });

  expect(changed).toMatchObject({ id: image.id, tags: ["later"], hashValue: digest("sha512", data) });
  await images.destroy(image.id);
});
