import { describe, expect, it } from "vitest";
import { type Backend, ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import { type Cloud, cloud, dataOf, imagesOf, specOf, textOf, watched } from "../support/cloud.ts";

const NEVER = new Promise<never>(() => {});

/** The cloud as a process sees it that is killed: after so many calls there is no answer any more. */
function killedAfter(backend: Cloud, calls: number): { backend: Backend; killed: Promise<void> } {
  let left = calls;
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  const dead = (): boolean => {
    if (left-- > 0) return false;
    resolve();
    return true;
  };
  const cut = <Args extends unknown[], Value>(call: (...args: Args) => Promise<Value>) => {
    return async (...args: Args): Promise<Value> => (dead() ? NEVER : call(...args));
  };
  return {
    killed,
    backend: {
      ...backend,
      async *list(query, options) {
        if (dead()) await NEVER;
        yield* backend.list(query, options);
      },
      get: cut(backend.get),
      create: cut(backend.create),
      update: cut(backend.update),
      upload: cut(backend.upload),
      delete: cut(backend.delete),
      members: {
        list: cut(backend.members.list),
        add: cut(backend.members.add),
        remove: cut(backend.members.remove),
      },
    },
  };
}

/** Kills an apply after no call, after one, …, and hands what is left to a new process, until one gets through. */
async function killAtEach(
  spec: () => ImageSpecInput,
  prepare: (images: ImageManager) => Promise<unknown>,
  rerun: (images: ImageManager, backend: Cloud, calls: number) => Promise<void>,
): Promise<void> {
  for (let calls = 0; calls < 50; calls++) {
    const backend = cloud();
    await prepare(new ImageManager(backend));
    const victim = killedAfter(backend, calls);
    const done = new ImageManager(victim.backend).apply(spec()).then(() => "done");
    const end = await Promise.race([done, victim.killed]);
    await rerun(new ImageManager(backend), backend, calls);
    if (end === "done") return;
  }
  throw new Error("there is no end");
}

const SECOND = () => ({ name: "debian", diskFormat: "ploop", source: dataOf("second data"), tags: ["t"] });

describe("apply, killed between any two calls and run again, ends in exactly one whole image", () => {
  it("when it creates", async () => {
    await killAtEach(
      () => specOf({ tags: ["t"] }),
      async () => undefined,
      async (images, backend, calls) => {
        await images.apply(specOf({ tags: ["t"] }));
        const [image, ...others] = await imagesOf(backend);
        expect(others, `${calls}`).toEqual([]);
        expect(image, `${calls}`).toMatchObject({ status: "active", tags: ["t"] });
        expect(await textOf(backend, image?.id ?? "")).toBe("first data");
        expect((await images.plan(specOf({ tags: ["t"] }))).action).toBe("none");
      },
    );
  });

  it("when it creates with an id that the user chose", async () => {
    const spec = () =>
      specOf({ id: "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9", visibility: "shared", members: ["p"] });
    await killAtEach(
      spec,
      async () => undefined,
      async (images, backend, calls) => {
        await images.apply(spec());
        expect(await imagesOf(backend), `${calls}`).toMatchObject([{ status: "active", members: ["p"] }]);
      },
    );
  });

  it("when it updates", async () => {
    const spec = () => ({ name: "debian", tags: ["t"], visibility: "shared" as const, members: ["p"] });
    await killAtEach(
      spec,
      (images) => images.apply(specOf()),
      async (images, backend, calls) => {
        await images.apply(spec());
        expect(await imagesOf(backend), `${calls}`).toMatchObject([{ tags: ["t"], members: ["p"] }]);
      },
    );
  });

  it("when it replaces, the old image first", async () => {
    const replaceWith = async (images: ImageManager) =>
      images.apply(await images.plan(SECOND(), { onReplace: "delete-first" }));
    for (let calls = 0; calls < 10; calls++) {
      const backend = cloud();
      await new ImageManager(backend).apply(specOf());
      const victim = killedAfter(backend, calls);
      const done = replaceWith(new ImageManager(victim.backend)).then(() => "done");
      const end = await Promise.race([done, victim.killed]);
      await new ImageManager(backend).apply({ ...specOf(), ...SECOND() });
      expect(await imagesOf(backend), `${calls}`).toMatchObject([
        { status: "active", tags: ["t"], sizeBytes: 11 },
      ]);
      if (end === "done") return;
    }
  });

  it("when it replaces, the new image first", async () => {
    await killAtEach(
      SECOND,
      (images) => images.apply(specOf()),
      async (images, backend, calls) => {
        await images.apply(SECOND());
        expect(await imagesOf(backend), `${calls}`).toMatchObject([
          { status: "active", diskFormat: "ploop" },
        ]);
      },
    );
  });
});

it("a run that has nothing to do reads, and writes nothing", async () => {
  const backend = cloud();
  await new ImageManager(backend).apply(specOf());
  const calls: string[] = [];
  const images = new ImageManager(watched(backend, (name) => void calls.push(name)));
  await images.apply(specOf());
  expect(calls.filter((name) => name !== "list" && name !== "get")).toEqual([]);
});
