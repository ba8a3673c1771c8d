/** How a tool is tested with a fake cloud: vitest and msw, no socket, no account. */
import { ImageManager } from "imagewright";
import { openstack } from "imagewright/openstack";
import { fakeOpenStack } from "imagewright/testing";
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepGoldenImages } from "./golden-images.ts";

const spec = {
  name: "debian-13",
  containerFormat: "bare",
  diskFormat: "raw",
  source: {
    open: async function* () {
      yield Buffer.from("what a disk holds");
    },
  },
  tags: ["golden"],
} as const;

let fake = fakeOpenStack();
let server = setupServer();

beforeEach(() => {
  fake = fakeOpenStack();
  server = setupServer(...fake.handlers({ http }));
  server.listen();
});
afterEach(() => server.close());

async function manager(): Promise<ImageManager> {
  return new ImageManager(await openstack(fake.options("demo")));
}

test("an image is made once", async () => {
  expect(await keepGoldenImages(await manager(), [spec])).toEqual(["create debian-13"]);
  const before = fake.journal.length;
  expect(await keepGoldenImages(await manager(), [spec])).toEqual(["none debian-13"]);
  const since = fake.journal.slice(before).filter(({ path }) => path.startsWith("/image/"));
  expect(since.filter(({ method }) => method !== "GET")).toEqual([]);
});

test("a cloud that is busy for a moment is asked again", async () => {
  fake.failNext({ count: 2, status: 503, method: "GET", path: /\/v2\/images$/ });
  expect(await keepGoldenImages(await manager(), [spec])).toEqual(["create debian-13"]);
});

test("what the cloud refuses is told, and leaves no half-made image", async () => {
  fake.failNext({ status: 413, method: "PUT", path: /\/file$/ });
  await expect(keepGoldenImages(await manager(), [spec])).rejects.toMatchObject({ code: "ERR_APPLY_FAILED" });
  const images = await manager();
  expect(await Array.fromAsync(images.list({}))).toEqual([]);
});
