/** Clouds with several stores: uploads to one, staged uploads to several, copies to more. */
import { expect, test } from "vitest";
import { formatPlan, ImageManager, type ImageSpecInput, type PlanOptions } from "../../src/index.ts";
import { authOf, backendOf, managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { digest, MIB, randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { revived } from "./support/plans.ts";
import { applyInProcess } from "./support/processes.ts";
import { type PassingRequest, proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(4 * MIB);

async function specOf(content: Uint8Array = data): Promise<ImageSpecInput> {
  return { name: imageName(), ...formats, source: { file: await temporaryFile(content) }, tags: ["a"] };
}

test("an upload goes to the one store that is named", async () => {
  const images = await managerOf("demo");
  for (const store of ["slow", "fast"]) {
    const spec = await specOf();
    const plan = await images.plan(spec, { stores: [store] });
    expect(await images.apply(plan)).toMatchObject({
      method: "upload",
      image: { stores: [store] },
      verification: { status: "verified" },
    });
    expect(await images.plan(spec, { stores: [store] })).toMatchObject({ action: "none" });
  }
});

test.for<[string, PlanOptions, readonly string[]]>([
  ["where it is asked for", { method: "glance-direct" }, ["fast"]],
  ["to a named store", { method: "glance-direct", stores: ["slow"] }, ["slow"]],
  ["for several stores", { stores: ["fast", "slow"] }, ["fast", "slow"]],
  ["for all stores", { stores: "all", allStoresMustSucceed: false }, ["fast", "slow"]],
])("a staged upload %s", async ([, options, stores]) => {
  const { url, writes } = await proxyToGlance();
  const images = new ImageManager(await backendOf("demo", { imageEndpointOverride: url }));
  const spec = await specOf();
  const statuses: string[] = [];
  images.on("image-status", ({ status }) => statuses.push(status));
  const plan = await images.plan(spec, options);
  const result = await images.apply(revived(plan));
  expect(result).toMatchObject({
    method: "glance-direct",
    verification: { status: "verified", algorithm: "sha512" },
    image: { status: "active", sizeBytes: data.length, hashValue: digest("sha512", data), tags: ["a"] },
  });
  expect(result.image.stores?.toSorted()).toEqual(stores);
  expect(result.failedStores).toBeUndefined();
  const path = `/v2/images/${result.image.id}`;
  expect(writes()).toEqual(["POST /v2/images", `PUT ${path}/stage`, `POST ${path}/import`]);
  expect(statuses.at(-1)).toBe("active");
  expect(await images.plan(spec, options)).toMatchObject({ action: "none" });
});

test("a store that isn't there is refused before anything is sent", async () => {
  const { url, writes } = await proxyToGlance();
  const images = new ImageManager(await backendOf("demo", { imageEndpointOverride: url }));
  expect(await rejectionOf(images.plan(await specOf(), { stores: ["fast", "nowhere"] }))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["stores", 1], message: 'there is no store "nowhere"; there are fast, slow' }],
  });
  expect(writes()).toEqual([]);
});

test("an image that lacks a store gets a copy, and its data stays in place", async () => {
  const { url, writes } = await proxyToGlance();
  const images = new ImageManager(await backendOf("admin", { imageEndpointOverride: url }));
  const spec = await specOf();
  const { image: before } = await images.apply(spec);
  expect(before.stores).toEqual(["fast"]);
  const sent = writes().length;

  const plan = await images.plan({ ...spec, tags: ["b"] }, { stores: "all" });
  expect(plan).toMatchObject({ action: "update", copies: ["slow"], content: "same" });
  expect(formatPlan(plan, { color: false })).toContain('+ stores: "slow", copied by the cloud');
  const result = await images.apply(revived(plan));

  expect(result).toMatchObject({
    method: "copy-image",
    image: { id: before.id, status: "active", tags: ["b"] },
  });
  expect(result.image.stores?.toSorted()).toEqual(["fast", "slow"]);
  expect(result.image.serverProperties).not.toHaveProperty("os_glance_import_task");
  const path = `/v2/images/${before.id}`;
  expect(writes().slice(sent)).toEqual([`PATCH ${path}`, `POST ${path}/import`]);
  expect(await images.plan({ ...spec, tags: ["b"] }, { stores: "all" })).toMatchObject({ action: "none" });
});

test("metadata isn't written while somebody else has the image copied: both are there in the end", async () => {
  const images = await managerOf("admin");
  const spec = await specOf(new Uint8Array(128 * MIB));
  const { image } = await images.apply(spec);
  const tagged = { ...spec, tags: ["b"], properties: { os_distro: "debian" } };
  const plan = await images.plan(tagged);
  const backend = await backendOf("admin");
  await backend.imports?.start(image.id, { method: "copy-image", stores: ["slow"] });

  await images.apply(plan);

  const after = await images.get(image.id);
  expect(after).toMatchObject({ tags: ["b"], properties: { os_distro: "debian" } });
  expect(after?.stores?.toSorted()).toEqual(["fast", "slow"]);
  expect(await images.plan(tagged, { stores: "all" })).toMatchObject({ action: "none" });
});

test("a copy that the cloud lets only its administrators make is refused", async () => {
  const images = await managerOf("demo");
  const spec = await specOf();
  const { image } = await images.apply(spec);
  const plan = await images.plan(spec, { stores: ["fast", "slow"] });
  expect(await rejectionOf(images.apply(plan))).toMatchObject({
    code: "ERR_HTTP_FORBIDDEN",
    message: expect.stringContaining("copy-image"),
  });
  expect(await images.get(image.id)).toMatchObject({ status: "active", stores: ["fast"] });
});

test("a copy of an image of the same cloud goes through this process", async () => {
  const images = await managerOf("demo");
  const { image: original } = await images.apply(await specOf());
  const spec = { name: imageName("copy"), ...formats, source: { imageId: original.id } };
  const plan = await images.plan(spec, { stores: ["slow"] });
  expect(plan).toMatchObject({ action: "create", sizeBytes: data.length });
  expect(await images.apply(plan)).toMatchObject({
    method: "upload",
    verification: { status: "verified" },
    image: { stores: ["slow"], hashValue: original.hashValue },
  });
  expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
  const gone = { ...spec, name: imageName("copy"), source: { imageId: crypto.randomUUID() } };
  await expect(images.plan(gone)).rejects.toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
});

test("data that is staged is taken up, or done away with, by the next run", async () => {
  const glance = await glanceOf("demo");
  const images = await managerOf("demo");
  for (const staged of [data, randomData(1000)]) {
    const spec = await specOf();
    const made = await glance.create({ name: spec.name, container_format: "bare", disk_format: "raw" });
    await glance.stage(made.id, staged);
    const plan = await images.plan(spec);
    expect(plan).toMatchObject({ action: "update", imageId: made.id, content: "changed" });
    if (staged === data) {
      expect(await images.apply(plan)).toMatchObject({
        method: "glance-direct",
        verification: { status: "verified" },
        image: { id: made.id, status: "active", hashValue: digest("sha512", data), tags: ["a"] },
      });
    } else {
      expect(await rejectionOf(images.apply(plan))).toMatchObject({ code: "ERR_SIZE_MISMATCH" });
      expect(await imagesNamed(spec.name)).toEqual([]);
      await images.apply(spec);
    }
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  }
});

interface Instant {
  readonly when: string;
  readonly matches: (request: PassingRequest) => boolean;
  readonly passes: boolean;
  readonly afterBytes?: number;
}

const is = (method: string, path: RegExp) => (request: PassingRequest) =>
  request.method === method && path.test(request.path);

const INSTANTS: readonly Instant[] = [
  { when: "in the middle of the data", matches: is("PUT", /\/stage$/), passes: true, afterBytes: 2 * MIB },
  { when: "between staging and import", matches: is("POST", /\/import$/), passes: false },
  { when: "when the import is begun", matches: is("POST", /\/import$/), passes: true },
];

test.for(INSTANTS)(
  "a process that is killed $when, and run again: one image",
  async ({ matches, passes, afterBytes }) => {
    const spec = await specOf();
    let killed = false;
    const kill = (): void => {
      killed = true;
      process.kill(running.child.pid ?? 0, "SIGKILL");
    };
    const { url } = await proxyToGlance((request) => {
      if (killed || !matches(request)) return undefined;
      if (afterBytes === undefined) {
        kill();
        return passes
          ? { lingers: new Promise((resolve) => setTimeout(resolve, 500)) }
          : { answer: { status: 500 } };
      }
      let seenBytes = 0;
      return {
        alter: (part) => {
          seenBytes += part.length;
          if (!killed && seenBytes >= afterBytes) kill();
          return part;
        },
      };
    });
    const options = { auth: authOf("demo"), imageEndpointOverride: url };
    const running = applyInProcess(spec, options, { PLAN_OPTIONS: JSON.stringify({ stores: "all" }) });
    expect(await running.output).toBe("");
    expect(killed).toBe(true);

    const images = await managerOf("demo");
    const { image } = await images.apply(await images.plan(spec, { stores: "all" }));
    expect(image).toMatchObject({ status: "active", hashValue: digest("sha512", data) });
    expect(image.stores?.toSorted()).toEqual(["fast", "slow"]);
    expect((await imagesNamed(spec.name)).map(({ id }) => id)).toEqual([image.id]);
  },
);

test("an abort of a staged upload leaves nothing", async () => {
  const images = await managerOf("demo");
  const spec = await specOf();
  const controller = new AbortController();
  images.on("upload-end", () => controller.abort("enough"));
  const plan = await images.plan(spec, { stores: "all" });
  expect(await rejectionOf(images.apply(plan, { signal: controller.signal }))).toBe("enough");
  expect(await imagesNamed(spec.name)).toEqual([]);
});
