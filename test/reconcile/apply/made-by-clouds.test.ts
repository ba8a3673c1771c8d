/** What comes of images that a cloud makes of its own data, beside the way. */
import { beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../../src/backends/record.ts";
import {
  type Backend,
  type Image,
  ImageManager,
  ImageSpec,
  ImageStateError,
  type Plan,
  reconcile,
} from "../../../src/index.ts";
import { checkCreation } from "../../../src/reconcile/make-plan/check-creation.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { failureOf } from "../support/cloud.ts";
import { imageOf } from "../support/images.ts";
import { givenUp, type VolumeCloud, volumeCloud } from "../support/volume-cloud.ts";

beforeEach(skipWaits);

const SPEC = { name: "debian", source: { volumeId: "v1" } } as const;

describe("another image of the name that is made at the same moment, with a higher id,", () => {
  /** A cloud in which it is there when this one is made, and gone after a while. */
  const besides = (status: string, goneAfterMs = Number.MAX_VALUE) => {
    let rival: Image | undefined;
    let madeMs = 0;
    const backend: VolumeCloud = volumeCloud({
      start: async (start, ...args) => {
        const made = await start(...args);
        madeMs = performance.now();
        while (rival === undefined || rival.id < made.id) {
          if (rival !== undefined) await backend.delete(rival.id);
          rival = backend.put({ name: "debian", status });
        }
        return made;
      },
    });
    const looked: Backend = {
      ...backend,
      async *list(query, options) {
        if (rival !== undefined && performance.now() - madeMs >= goneAfterMs) await backend.delete(rival.id);
        yield* backend.list(query, options);
      },
    };
    const images = new ImageManager(looked);
    const waitedMs = () => performance.now() - madeMs;
    return {
      backend,
      waitedMs,
      rival: () => rival,
      apply: async () => images.apply(await images.plan(SPEC)),
    };
  };

  it.each(["active", "deactivated"])("is given way to at once when it is whole: %s", async (status) => {
    const { backend, apply, waitedMs, rival } = besides(status);
    expect(await failureOf(apply())).toMatchObject({ code: "ERR_PLAN_STALE", observed: rival()?.id });
    expect(waitedMs()).toBe(0);
    expect(backend.images()).toEqual([rival()]);
  });

  it("has half a minute to go", async () => {
    const { backend, apply } = besides("saving", 29_000);
    const { image } = await apply();
    expect(backend.images()).toEqual([image]);
  });

  it("is given way to when it stays", async () => {
    const { backend, apply, waitedMs, rival } = besides("saving");
    expect(await failureOf(apply())).toMatchObject({ code: "ERR_PLAN_STALE", observed: rival()?.id });
    expect(waitedMs()).toBeGreaterThan(29_000);
    expect(waitedMs()).toBeLessThanOrEqual(30_000);
    expect(backend.images()).toEqual([rival()]);
  });
});

describe("a creation that fails", () => {
  it("by a refusal has made nothing that were to be deleted", async () => {
    const refused = refusal(403, "no");
    const backend = volumeCloud({ start: () => Promise.reject(refused) });
    expect(await failureOf(new ImageManager(backend).apply(SPEC))).toBe(refused);
    expect(backend.writes).toEqual([]);
  });

  it("without an image that anybody could name has nothing that could be deleted", async () => {
    const failure = givenUp(undefined);
    const backend = volumeCloud({ start: () => Promise.reject(failure) });
    expect(await failureOf(new ImageManager(backend).apply(SPEC))).toBe(failure);
    expect(backend.writes).toEqual([]);
  });

  it("because it takes too long leaves what is being made to the next apply", async () => {
    const backend = volumeCloud({
      start: async (start, ...args) => {
        const { id: imageId } = await start(...args);
        throw new ImageStateError("It takes too long", {
          code: "ERR_IMAGE_TIMEOUT",
          imageId,
          status: "saving",
        });
      },
    });
    const images = new ImageManager(backend);
    expect(await failureOf(images.apply(SPEC))).toMatchObject({ code: "ERR_IMAGE_TIMEOUT" });
    expect(backend.writes).toEqual(["start"]);
    const { image, plan } = await images.apply(SPEC);
    expect(plan.action).toBe("none");
    expect(backend.images()).toEqual([image]);
  });

  it("by words of the cloud only leaves an image that is whole all the same", async () => {
    const backend = volumeCloud({
      statuses: [],
      start: async (start, ...args) => Promise.reject(givenUp((await start(...args)).id)),
    });
    const images = new ImageManager(backend);
    expect(await failureOf(images.apply(await images.plan(SPEC)))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
    });
    expect(backend.images()).toMatchObject([{ status: "active" }]);
  });
});

describe("an image that the cloud is making", () => {
  it("may be queued for a while, also where others make empty records", async () => {
    const backend = volumeCloud({ statuses: ["queued", "queued", "saving"] });
    const create = () => Promise.reject(new Error("no record is made"));
    const { image } = await new ImageManager({ ...backend, create }).apply(SPEC);
    expect(image.status).toBe("active");
  });
  it("is the image when an operator closes it in the moment", async () => {
    const backend = volumeCloud({ statuses: ["saving", "deactivated"] });
    expect((await new ImageManager(backend).apply(SPEC)).image.status).toBe("deactivated");
  });
  it("is named with its status when the cloud gives it up", async () => {
    const backend = volumeCloud({ statuses: ["saving", "killed"] });
    const error = await failureOf(new ImageManager(backend).apply(SPEC));
    expect(String(error)).toMatch(/Image \S+ is killed: the cloud gave it up/);
  });
});

describe("an image of another format than the spec declares", () => {
  const making = (spec: object) => {
    const backend = volumeCloud();
    const images = new ImageManager({ ...backend, spec: ImageSpec });
    return images.apply({ ...SPEC, ...spec });
  };
  it("is named, with what to declare", async () => {
    const message = String(await failureOf(making({ diskFormat: "qcow2" })));
    expect(message).toMatch(/The cloud made image \S+ \(debian\) as raw, and the spec declares qcow2/);
    expect(message).toContain('declare diskFormat: "raw", or leave it out');
  });
  it("is none where the cloud tells no format", async () => {
    const backend = volumeCloud();
    const get: Backend["get"] = async (id, options) => {
      const { diskFormat: _untold, ...image } = (await backend.get(id, options)) ?? imageOf();
      return image;
    };
    const images = new ImageManager({ ...backend, get, spec: ImageSpec });
    expect((await images.apply({ ...SPEC, diskFormat: "qcow2" })).image.status).toBe("active");
  });
  it("isn't compared further where nobody wants it verified", async () => {
    expect((await making({ verifyChecksum: false })).verification).toEqual({
      status: "skipped",
      reason: "the spec says verifyChecksum: false",
    });
  });
});

describe("the original of a copy", () => {
  const copying = async (region: string | undefined) => {
    const checksum = "0".repeat(32);
    const checksums: Record<string, string> = {};
    const backend = volumeCloud({ kinds: ["imageId"], checksums });
    const original = backend.put({ name: "original", checksum });
    checksums[original.id] = checksum;
    const source = { imageId: original.id, ...(region === undefined ? {} : { region }) };
    return (await new ImageManager(backend).apply({ name: "debian", source })).verification.status;
  };
  it("is what the copy is held against, in the backend's own region", async () => {
    expect(await copying(undefined)).toBe("verified");
    expect(await copying("here")).toBe("verified");
  });
  it("can't be read in another region", async () => {
    expect(await copying("elsewhere")).toBe("unverifiable");
  });
  it("is none of a volume", async () => {
    const backend = volumeCloud();
    const asked: unknown[] = [];
    const get: Backend["get"] = (id, options) => {
      asked.push(id);
      return backend.get(id, options);
    };
    const { image } = await new ImageManager({ ...backend, get }).apply(SPEC);
    expect(new Set(asked)).toEqual(new Set([image.id]));
  });
});

describe("where names are unique", () => {
  const backend = volumeCloud({ namesAreUnique: true });
  const replacement = (fields: Partial<Plan>): Plan => ({
    ...reconcile({ ...SPEC, name: "debian" }, imageOf({ status: "killed" }), { createsFrom: ["volumeId"] }),
    ...fields,
  });
  const check = (fields: Partial<Plan>) => () => checkCreation(replacement(fields), SPEC, backend);

  it("a replacement says which fields it is for", () => {
    expect(check({ replaces: ["source", "diskFormat"] })).toThrow(
      /two images can't be named "debian", and a change of source, diskFormat replaces image/,
    );
  });
  it("a property called name, or another attribute, is no other name", () => {
    const property = { kind: "property", op: "update", name: "name", from: "a", to: "b" } as const;
    const attribute = { kind: "attribute", op: "update", name: "hidden", from: true, to: false } as const;
    expect(check({ operations: [property, attribute, { kind: "tag", op: "add", tag: "name" }] })).toThrow(
      "onReplace",
    );
    const name = { kind: "attribute", op: "update", name: "name", from: "a", to: "debian" } as const;
    expect(check({ operations: [property, name] })).not.toThrow();
  });
  it("an image is changed in place", async () => {
    const unique = volumeCloud({ namesAreUnique: true });
    const images = new ImageManager(unique);
    const { image } = await images.apply(SPEC);
    const { plan } = await images.apply({ ...SPEC, description: "golden" });
    expect(plan).toMatchObject({ action: "update", imageId: image.id });
    expect(unique.images()).toMatchObject([{ description: "golden" }]);
  });
});
