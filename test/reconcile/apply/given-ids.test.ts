import { beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../../src/backends/record.ts";
import { type Backend, type ImageData, ImageManager, NetworkError } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { type Cloud, dataOf, failureOf, imagesOf, onlyImage, specOf, textOf } from "../support/cloud.ts";
import { givingCloud } from "../support/giving-cloud.ts";

beforeEach(skipWaits);

const LOST = new NetworkError("the connection was closed", { code: "ERR_NETWORK", phase: "request" });
describe("an image whose id the cloud gives", () => {
  it("is filled, verified, told of and changed by that id", async () => {
    const backend = givingCloud();
    const images = new ImageManager(backend);
    const told = new Set<unknown>();
    images.on("image-status", ({ imageId }) => told.add(imageId));
    images.on("upload-start", ({ imageId }) => told.add(imageId));
    images.on("upload-progress", ({ imageId }) => told.add(imageId));
    images.on("upload-end", ({ imageId }) => told.add(imageId));
    const spec = specOf({ visibility: "shared", members: ["p1"], tags: ["t"] });
    const { image, verification } = await images.apply(spec);
    expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
    expect(await onlyImage(backend)).toMatchObject({ id: image.id, status: "active", members: ["p1"] });
    expect([...told]).toEqual([image.id]);
    expect(image.properties).toEqual({});
    expect((await images.plan(spec)).action).toBe("none");
  });

  it("is deleted when its data fails, and when an abort comes", async () => {
    const backend = givingCloud();
    const broken = {
      open: async function* () {
        yield new Uint8Array(3);
        throw new Error("broken");
      },
    };
    await failureOf(new ImageManager(backend).apply(specOf({ source: broken })));
    expect(await imagesOf(backend)).toEqual([]);
    const controller = new AbortController();
    const images = new ImageManager(
      givingCloud({
        create: async (create, ...args) => {
          const image = await create(...args);
          controller.abort("enough");
          return image;
        },
      }),
    );
    expect(await failureOf(images.apply(specOf(), { signal: controller.signal }))).toBe("enough");
    expect(await Array.fromAsync(images.list())).toEqual([]);
  });

  it("is not held against the id that nobody asked for", async () => {
    const backend = givingCloud({ rules: { replaces: ["region"] } });
    const { image } = await new ImageManager(backend).apply(specOf());
    expect(await onlyImage(backend)).toEqual(image);
  });

  it("of a record without data is the one, too", async () => {
    const backend = givingCloud();
    const { image } = await new ImageManager(backend).apply(specOf({ source: undefined }));
    expect(await onlyImage(backend)).toEqual(image);
  });
});

describe("the answer to its creation that is lost", () => {
  const deaf = (isMade: boolean) => {
    let isLost = false;
    return givingCloud({
      create: async (create, ...args) => {
        if (isLost) return create(...args);
        isLost = true;
        if (isMade) await create(...args);
        throw LOST;
      },
    });
  };

  it.each([true, false])("leads to one image (it was made: %s)", async (isMade) => {
    const backend = deaf(isMade);
    const { image } = await new ImageManager(backend).apply(specOf());
    expect(await onlyImage(backend)).toEqual(image);
    expect(backend.creations).toHaveLength(1);
  });

  it("leads to one image where names are unique and the refusal tells of it", async () => {
    const backend = givingCloud({
      rules: { namesAreUnique: true },
      // As when what is between here and the cloud has asked twice.
      create: async (create, ...args) => {
        await create(...args);
        return create(...args);
      },
    });
    const { image } = await new ImageManager(backend).apply(specOf());
    expect(await onlyImage(backend)).toEqual(image);
  });

  it("leads to one image when the first request is done after all", async () => {
    let calls = 0;
    const backend = givingCloud({
      create: async (create, ...args) => {
        calls++;
        if (calls === 1) throw LOST;
        if (calls === 2) await create(...args);
        return create(...args);
      },
    });
    const { image } = await new ImageManager(backend).apply(specOf());
    expect(backend.creations).toHaveLength(2);
    expect(await onlyImage(backend)).toEqual(image);
  });

  it("is the refusal itself where the name belongs to nobody that can be seen", async () => {
    const conflict = refusal(409, "the name exists");
    const backend = givingCloud({ create: () => Promise.reject(conflict) });
    expect(await failureOf(new ImageManager(backend).apply(specOf()))).toBe(conflict);
  });

  it("doesn't lead to an image that another process has filled", async () => {
    const backend = givingCloud({
      create: async (create, ...args) => {
        const { id } = await create(...args);
        await backend.upload(id, { sizeBytes: 3, chunks: dataOf("abc").open(0) });
        throw LOST;
      },
    });
    expect(await failureOf(new ImageManager(backend).apply(specOf()))).toBe(LOST);
    expect(await onlyImage(backend)).toMatchObject({ status: "active", sizeBytes: 3 });
  });
});

describe("killed between any two calls and run again", () => {
  const killAtEach = async (
    prepare: (images: ImageManager) => Promise<unknown>,
    rerun: (images: ImageManager, backend: Cloud, calls: number) => Promise<void>,
  ): Promise<void> => {
    for (let calls = 0; calls < 30; calls++) {
      const backend = givingCloud();
      await prepare(new ImageManager(backend));
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
        create: cut(backend.create),
        update: cut(backend.update),
        upload: cut(backend.upload),
        delete: cut(backend.delete),
      };
      const second = specOf({ source: dataOf("second data"), diskFormat: "ploop" });
      const end = await Promise.race([new ImageManager(victim).apply(second).then(() => "done"), killed]);
      await rerun(new ImageManager(backend), backend, calls);
      if (end === "done") return;
    }
    throw new Error("there is no end");
  };

  it("a creation ends in one whole image", async () => {
    await killAtEach(
      async () => undefined,
      async (images, backend, calls) => {
        await images.apply(specOf({ source: dataOf("second data"), diskFormat: "ploop" }));
        const image = await onlyImage(backend);
        expect(image, `${calls}`).toMatchObject({ status: "active" });
        expect(await textOf(backend, image.id)).toBe("second data");
      },
    );
  });

  it("a replacement ends in one image, or in an error that names both: nothing is lost", async () => {
    const ambiguous: boolean[] = [];
    await killAtEach(
      (images) => images.apply(specOf()),
      async (images, backend, calls) => {
        const before = await imagesOf(backend);
        const result = await images
          .apply(specOf({ source: dataOf("second data"), diskFormat: "ploop" }))
          .catch((error: unknown) => error);
        ambiguous.push(before.length > 1);
        if (before.length === 1) {
          expect(await onlyImage(backend), `${calls}`).toMatchObject({
            status: "active",
            diskFormat: "ploop",
          });
          return;
        }
        const matches = before.map(({ id, name }) => ({ id, name }));
        expect(result, `${calls}`).toMatchObject({ code: "ERR_IMAGE_AMBIGUOUS", matches });
        expect(await imagesOf(backend)).toEqual(before);
      },
    );
    expect(new Set(ambiguous)).toEqual(new Set([true, false]));
  });
});

it("what may be another process's image is not deleted once it is active, whatever fails here", async () => {
  const backend = givingCloud({
    create: async (create, ...args) => {
      await create(...args);
      throw LOST;
    },
  });
  const busy = {
    ...backend,
    async upload(id: string, { chunks }: ImageData) {
      for await (const _chunk of chunks);
      await backend.upload(id, { sizeBytes: 3, chunks: dataOf("abc").open(0) });
      throw new Error("out of order");
    },
  };
  expect(await failureOf(new ImageManager(busy).apply(specOf()))).toMatchObject({ message: "out of order" });
  expect(await onlyImage(backend)).toMatchObject({ status: "active", sizeBytes: 3 });
});

it("several processes at the same moment make one image", async () => {
  const backend = givingCloud();
  const processes = Array.from({ length: 3 }, () => new ImageManager({ ...backend }));
  const results = await Promise.all(processes.map((images) => images.apply(specOf())));
  const image = await onlyImage(backend);
  expect(results.map((result) => result.image.id)).toEqual(processes.map(() => image.id));
});

it("a queued record of the name is taken up, and not one that another process fills", async () => {
  const backend = givingCloud();
  const { id } = await backend.create({ id: "", name: "debian", containerFormat: "bare", diskFormat: "raw" });
  const taken = { ...backend, upload: () => Promise.reject(refusal(409, "another upload is under way")) };
  const first = new ImageManager(taken).apply(specOf());
  expect(await failureOf(first)).toMatchObject({ code: "ERR_HTTP_CONFLICT" });
  expect(await onlyImage(backend)).toMatchObject({ id, status: "queued" });
  const { image, plan } = await new ImageManager(backend).apply(specOf());
  expect(plan).toMatchObject({ action: "update", imageId: id, content: "changed" });
  expect(await onlyImage(backend)).toEqual(image);
});
