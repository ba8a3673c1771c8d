import { getEventListeners } from "node:events";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type Backend,
  formatPlan,
  ImageManager,
  ImageSpec,
  type ImageSpecInput,
  NetworkError,
  reconcile,
  type Source,
} from "../../../src/index.ts";
import { image, spec } from "../../model/arbitraries.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { failureOf } from "../support/cloud.ts";
import { type Behaviour, givenUp, type VolumeCloud, volumeCloud } from "../support/volume-cloud.ts";

beforeEach(skipWaits);

const LOST = new NetworkError("the connection was closed", { code: "ERR_NETWORK", phase: "request" });

const SPEC = { name: "debian", source: { volumeId: "v1" } } as const satisfies ImageSpecInput;

function setUp(behaviour: Behaviour = {}) {
  const backend = volumeCloud(behaviour);
  return { backend, images: new ImageManager(backend) };
}

describe("an image of a volume", () => {
  it("is made by the cloud, waited for, and told of", async () => {
    const { backend, images } = setUp({ statuses: ["queued", "saving"] });
    const statuses: string[] = [];
    images.on("image-status", ({ status, imageId }) => statuses.push(`${imageId} ${status}`));
    const { image, method, verification, plan } = await images.apply(SPEC);
    expect(plan.action).toBe("create");
    expect(backend.images()).toEqual([image]);
    expect(image).toMatchObject({ name: "debian", status: "active" });
    expect(method).toBe("create-from");
    expect(verification).toEqual({
      status: "unverifiable",
      reason: "the cloud made the image of its own data, and reports no digest that could be compared",
    });
    expect(statuses).toEqual(["queued", "saving", "active"].map((status) => `${image.id} ${status}`));
    expect(backend.writes).toEqual(["start"]);
  });

  it("is left alone by a second apply, which can't tell what it was made of", async () => {
    const { backend, images } = setUp();
    await images.apply(SPEC);
    const again = await images.apply({ ...SPEC, source: { volumeId: "v2" } });
    expect(again.plan).toMatchObject({ action: "none", content: "unknown" });
    expect(backend.writes).toEqual(["start"]);
  });

  it("is made anew of another volume where the cloud keeps what it was made of", async () => {
    const { backend, images } = setUp({ keepsRecords: true });
    const { image: first } = await images.apply(SPEC);
    expect((await images.plan(SPEC)).content).toBe("same");
    const { image, plan } = await images.apply({ ...SPEC, source: { volumeId: "v2" } });
    expect(plan).toMatchObject({ action: "replace", replaces: ["source"] });
    expect(image.id).not.toBe(first.id);
    expect(backend.images()).toEqual([image]);
  });

  it("gets what the cloud left out, and its members", async () => {
    const { backend, images } = setUp({
      start: (start, { description: _left, ...image }, ...rest) => start(image, ...rest),
    });
    const spec = { ...SPEC, description: "golden", members: ["p1"] };
    const { image } = await images.apply(spec);
    expect(image).toMatchObject({ description: "golden", members: ["p1"] });
    expect(backend.writes).toEqual(["start", "update", "members.add"]);
    expect((await images.plan(spec)).action).toBe("none");
  });

  it("is not verified where nobody wants it", async () => {
    const { images } = setUp();
    expect((await images.apply({ ...SPEC, verifyChecksum: false })).verification.status).toBe("skipped");
  });
});

describe("what such a cloud can't do is said at plan time", () => {
  it.each<[string, ImageSpecInput, alternative: string]>([
    ["source.file", { name: "debian", source: "image.raw" }, "it makes images of source.volumeId"],
    ["source.url", { name: "debian", source: "https://example.org/a" }, "it makes images of source.volumeId"],
    ["source.object", { name: "debian", source: { object: "b:k" } }, "it makes images of source.volumeId"],
    ["source.imageId", { name: "debian", source: { imageId: "i" } }, "it makes images of source.volumeId"],
    ["decompress", { ...SPEC, decompress: true }, "leave it out"],
    ["convert", { ...SPEC, convert: true }, "leave it out"],
    ["an image without source", { name: "debian" }, "give a source, it makes images of source.volumeId"],
  ])("%s", async (capability, spec, alternative) => {
    const { backend, images } = setUp();
    const expected = {
      code: "ERR_UNSUPPORTED",
      capability,
      alternative: expect.stringContaining(alternative),
    };
    await expect(images.plan(spec)).rejects.toMatchObject(expected);
    await expect(images.apply(spec)).rejects.toMatchObject(expected);
    const plan = reconcile(spec, undefined);
    await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED", capability });
    expect(backend.writes).toEqual([]);
  });

  it("stores", async () => {
    const imports = {
      offer: async () => ({ methods: ["copy-image"], stores: ["fast"] }),
      start: async () => {},
      state: async () => Promise.reject(new Error("nothing is imported")),
      isImporting: () => false,
    };
    const images = new ImageManager({ ...volumeCloud(), imports });
    await expect(images.plan(SPEC, { stores: ["fast"] })).rejects.toMatchObject({
      capability: "stores",
      alternative: "the cloud makes the image where it keeps its images: leave stores out",
    });
  });

  it("an id of one's own", async () => {
    const { backend, images } = setUp();
    const { image } = await images.apply(SPEC);
    const spec = { ...SPEC, id: image.id };
    for (const attempt of [() => images.plan(spec), () => images.apply(reconcile(spec, undefined))])
      await expect(attempt()).rejects.toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["id"] }] });
    expect((await images.plan({ ...SPEC, name: "other-name" }, { id: image.id })).imageId).toBe(image.id);
    expect(backend.writes).toEqual(["start"]);
  });

  it("what its schema refuses, by path and reason", async () => {
    const { images } = setUp();
    const spec = { ...SPEC, name: "a b", tags: ["a"], diskFormat: "raw", region: "elsewhere" };
    await expect(images.plan(spec)).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringContaining('"a b"'),
      issues: expect.arrayContaining([
        { path: ["name"], message: "must be 4 to 250 letters, digits, - and _" },
        { path: ["tags"], message: "it has no tags" },
        { path: ["diskFormat"], message: "is none of its fields" },
        { path: ["region"], message: "this backend keeps the images of here: make another of elsewhere" },
      ]),
    });
  });
});

it("an image that is there is changed, found and deleted, though none can be made of nothing", async () => {
  const { backend, images } = setUp();
  const { id } = backend.put({ name: "debian" });
  const { image } = await images.apply({ name: "debian", description: "golden", members: ["p1"] });
  expect(image).toMatchObject({ id, description: "golden", members: ["p1"] });
  expect(await images.find({ name: "debian" })).toMatchObject({ id });
  expect(await images.members(id)).toMatchObject([{ project: "p1" }]);
  await images.destroy(id);
  expect(backend.images()).toEqual([]);
});

describe("an image that comes to nothing is deleted", () => {
  it.each<[string, Behaviour, expected: object]>([
    [
      "when the cloud gives it up",
      { statuses: ["saving", "killed"] },
      { code: "ERR_IMAGE_FAILED", status: "killed" },
    ],
    [
      "when it vanishes",
      { statuses: ["saving", "deleted"] },
      { code: "ERR_IMAGE_FAILED", message: expect.stringContaining("is gone: the cloud did not make it") },
    ],
    [
      "when it takes too long, whatever the cloud calls that",
      { statuses: Array.from({ length: 99 }, () => "preparing") },
      { code: "ERR_IMAGE_TIMEOUT", status: "preparing" },
    ],
  ])("%s", async (_when, behaviour, expected) => {
    const backend = volumeCloud(behaviour);
    const images = new ImageManager(backend, { statusTimeoutMs: 300 });
    expect(await failureOf(images.apply(SPEC))).toMatchObject(expected);
    expect(backend.images()).toEqual([]);
    expect(backend.writes.filter((name) => name === "start")).toHaveLength(1);
  });

  it("when the cloud gave it up before it told the id", async () => {
    const { backend, images } = setUp({
      start: async (start, ...args) => Promise.reject(givenUp((await start(...args)).id)),
    });
    expect(await failureOf(images.apply(SPEC))).toMatchObject({ code: "ERR_IMAGE_FAILED" });
    expect(backend.images()).toEqual([]);
  });

  it("when the wait is aborted, with the signal's own reason", async () => {
    const { backend, images } = setUp({ statuses: Array.from({ length: 99 }, () => "saving") });
    const controller = new AbortController();
    images.on("image-status", () => controller.abort("enough"));
    expect(await failureOf(images.apply(SPEC, { signal: controller.signal }))).toBe("enough");
    expect(backend.images()).toEqual([]);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("when the abort comes while the cloud is asked for it", async () => {
    const controller = new AbortController();
    const { backend, images } = setUp({
      start: async (start, ...args) => {
        controller.abort("enough");
        return start(...args);
      },
    });
    expect(await failureOf(images.apply(SPEC, { signal: controller.signal }))).toBe("enough");
    expect(backend.images()).toEqual([]);
  });
});

describe("the answer to a creation that is lost", () => {
  /** A cloud that loses its first answer. */
  const deaf = (isMade: boolean): VolumeCloud => {
    let isLost = false;
    return volumeCloud({
      start: async (start, ...args) => {
        if (isLost) return start(...args);
        isLost = true;
        if (isMade) await start(...args);
        throw LOST;
      },
    });
  };

  it("is read from the image of the name, and none is made twice", async () => {
    const backend = deaf(true);
    const { image } = await new ImageManager(backend).apply(SPEC);
    expect(backend.images()).toEqual([image]);
    expect(backend.writes).toEqual(["start"]);
  });

  it("makes it once more when there is no such image", async () => {
    const backend = deaf(false);
    const { image } = await new ImageManager(backend).apply(SPEC);
    expect(backend.images()).toEqual([image]);
    expect(backend.writes).toEqual(["start"]);
  });

  it("is an error when nobody can say whether there is one", async () => {
    const inner = deaf(true);
    let isDown = false;
    const backend: Backend = {
      ...inner,
      async *list(...args) {
        if (isDown) throw LOST;
        yield* inner.list(...args);
      },
      createFrom: {
        ...inner.createFrom,
        start: (...args) => {
          isDown = true;
          return inner.createFrom.start(...args);
        },
      },
    };
    expect(await failureOf(new ImageManager(backend).apply(SPEC))).toBe(LOST);
    expect(inner.writes).toEqual(["start"]);
    isDown = false;
    await new ImageManager(inner).apply(SPEC);
    expect(inner.images()).toMatchObject([{ status: "active" }]);
  });

  it("is an error when another process has made one of the name, too", async () => {
    const backend = volumeCloud({
      start: async (start, ...args) => {
        await start(...args);
        backend.put({ name: "debian" });
        throw LOST;
      },
    });
    expect(await failureOf(new ImageManager(backend).apply(SPEC))).toBe(LOST);
    expect(backend.writes).toEqual(["start"]);
  });

  it("is not taken for an older image that a replacement is for", async () => {
    const backend = deaf(false);
    const { id } = backend.put({ name: "debian", status: "killed" });
    const { image } = await new ImageManager(backend).apply(SPEC);
    expect(image.id).not.toBe(id);
    expect(backend.images()).toEqual([image]);
  });
});

describe("another process", () => {
  it("whose image is on its way is waited for, queued or not", async () => {
    for (const status of ["queued", "saving", "preparing"]) {
      const { backend, images } = setUp();
      backend.put({ name: "debian", status }, ["active"]);
      const { plan, image } = await images.apply(SPEC);
      expect(plan.action).toBe("none");
      expect(backend.images()).toEqual([image]);
      expect(backend.writes).toEqual([]);
    }
  });

  it("that makes the image at the same moment makes one with this", async () => {
    const backend = volumeCloud();
    const both = [new ImageManager({ ...backend }), new ImageManager({ ...backend })];
    const [one, other] = await Promise.all(both.map((images) => images.apply(SPEC)));
    expect(backend.images()).toEqual([one?.image]);
    expect(other?.image).toEqual(one?.image);
  });

  it("that has taken the name, where names are unique, made the image", async () => {
    const backend = volumeCloud({
      namesAreUnique: true,
      start: async (start, ...args) => {
        if (backend.images().length === 0) backend.put({ name: "debian" });
        return start(...args);
      },
    });
    const { image } = await new ImageManager(backend).apply(SPEC);
    expect(backend.images()).toEqual([image]);
  });
});

describe("where names are unique", () => {
  const replacing = { ...SPEC, name: "debian" };
  const setUpUnique = () => {
    const { backend, images } = setUp({ namesAreUnique: true });
    return { backend, images, old: backend.put({ name: "debian", status: "killed" }) };
  };

  it("a replacement beside the old image is refused, with advice", async () => {
    const { backend, images } = setUpUnique();
    for (const onReplace of [undefined, "create-first"] as const) {
      await expect(images.plan(replacing, { onReplace })).rejects.toMatchObject({
        code: "ERR_UNSUPPORTED",
        capability: "onReplace",
        alternative: expect.stringContaining('onReplace: "delete-first"'),
      });
    }
    await expect(images.plan(replacing, { onReplace: "refuse" })).rejects.toMatchObject({
      capability: "a change of status in place",
    });
    expect(backend.writes).toEqual([]);
  });

  it("the old image goes first", async () => {
    const { backend, images } = setUpUnique();
    const { image } = await images.apply(await images.plan(replacing, { onReplace: "delete-first" }));
    expect(backend.images()).toEqual([image]);
    expect(backend.writes).toEqual(["delete", "start"]);
  });

  it("a new image of another name may come first", async () => {
    const { backend, images, old } = setUpUnique();
    const plan = await images.plan({ ...replacing, name: "other-name" }, { id: old.id });
    const { image } = await images.apply(plan);
    expect(backend.images()).toEqual([image]);
    expect(image.name).toBe("other-name");
  });
});

describe("a copy that the cloud makes of an image", () => {
  const setUpCopy = (checksums: Readonly<Record<string, string>>) => {
    const backend = volumeCloud({ kinds: ["imageId"], checksums });
    const original = backend.put({ name: "original", checksum: "0".repeat(32), sizeBytes: 5 });
    const spec = { name: "debian", source: { imageId: original.id } };
    return { backend, original, spec, images: new ImageManager(backend) };
  };

  it("is held against the digest of the original", async () => {
    const checksums: Record<string, string> = {};
    const { backend, original, spec, images } = setUpCopy(checksums);
    checksums[original.id] = "0".repeat(32);
    const { verification } = await images.apply(spec);
    expect(verification).toEqual({ status: "verified", algorithm: "md5" });
    expect(backend.writes).toEqual(["start"]);
    expect((await images.plan(spec)).content).toBe("same");
  });

  it("is deleted when it is something else", async () => {
    const checksums: Record<string, string> = {};
    const { backend, original, spec, images } = setUpCopy(checksums);
    checksums[original.id] = "1".repeat(32);
    expect(await failureOf(images.apply(spec))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(backend.images()).toEqual([original]);
  });

  it("may be stored in another way, where nothing but its size tells", async () => {
    const { backend, spec, images } = setUpCopy({});
    expect((await images.apply(spec)).verification.status).toBe("unverifiable");
    expect((await images.apply(spec)).plan).toMatchObject({ action: "none", content: "unknown" });
    expect(backend.writes).toEqual(["start"]);
  });

  it("of another region is the cloud's, too", async () => {
    const { images, original } = setUpCopy({});
    const spec = { name: "debian", source: { imageId: original.id, region: "elsewhere" } };
    expect((await images.apply(spec)).method).toBe("create-from");
  });
});

it("an image of another format than the spec declares is an error, and deleted", async () => {
  const backend = volumeCloud();
  const images = new ImageManager({ ...backend, spec: ImageSpec });
  expect(await failureOf(images.apply({ ...SPEC, diskFormat: "qcow2" }))).toMatchObject({
    code: "ERR_FORMAT_MISMATCH",
    detected: "raw",
    declared: "qcow2",
  });
  expect(backend.images()).toEqual([]);
  expect((await images.apply({ ...SPEC, diskFormat: "raw" })).image.status).toBe("active");
});

it("an image that is there, of whatever status, is never filled by a plan, but replaced", () => {
  const kinds = ["volumeId", "object", "imageId"] as const;
  fc.assert(
    fc.property(spec, image, (desired, actual) => {
      const plan = reconcile(desired, actual, { createsFrom: kinds });
      const isMade = kinds.some((kind) => kind in (desired.source ?? {}));
      if (isMade && plan.content === "changed") expect(plan.replaces).toContain("source");
    }),
  );
});

it("an image that is there is not filled by a plan from elsewhere either", async () => {
  const backend = volumeCloud({ kinds: ["imageId"] });
  const original = backend.put({ name: "original" });
  const empty = backend.put({ name: "debian", status: "queued" });
  const source = { imageId: original.id };
  const plan = reconcile({ name: "debian", source }, empty, { rules: backend.rules });
  expect(plan).toMatchObject({ action: "update", content: "changed" });
  expect(await failureOf(new ImageManager(backend).apply(plan))).toMatchObject({
    code: "ERR_UNSUPPORTED",
    backend: "volumes",
    capability: "source.imageId",
    alternative: "no image that is there is filled from it, a new one is made: plan again",
  });
  expect(backend.writes).toEqual([]);
});

it("a plan says what the image is made of", () => {
  const format = (source: Source) =>
    formatPlan(reconcile({ name: "debian", source }, undefined), { color: false });
  expect(format({ volumeId: "v1" })).toContain("+ create debian (of volume v1)");
  expect(format({ object: "images:debian.raw" })).toContain("+ create debian (of object images:debian.raw)");
});

it("killed between any two calls and run again, it ends in exactly one image", async () => {
  for (let calls = 0; calls < 30; calls++) {
    const backend = volumeCloud();
    let left = calls;
    const { promise: killed, resolve } = Promise.withResolvers<string>();
    const cut = <Args extends unknown[], Value>(call: (...args: Args) => Promise<Value>) => {
      return async (...args: Args): Promise<Value> => {
        if (left-- > 0) return call(...args);
        resolve("killed");
        return new Promise<never>(() => {});
      };
    };
    const victim: Backend = {
      ...backend,
      get: cut(backend.get),
      update: cut(backend.update),
      createFrom: { ...backend.createFrom, start: cut(backend.createFrom.start) },
    };
    const spec = { ...SPEC, description: "golden" };
    const end = await Promise.race([new ImageManager(victim).apply(spec).then(() => "done"), killed]);
    await new ImageManager(backend).apply(spec);
    expect(backend.images(), `${calls}`).toMatchObject([{ status: "active", description: "golden" }]);
    if (end === "done") return;
  }
  throw new Error("there is no end");
});
