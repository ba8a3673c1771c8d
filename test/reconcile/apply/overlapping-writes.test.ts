import { beforeEach, describe, expect, it } from "vitest";
import { type Image, ImageManager, type MetadataOperation } from "../../../src/index.ts";
import { pause } from "../../../src/model/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { type Cloud, cloud, onlyImage, specOf } from "../support/cloud.ts";

beforeEach(skipWaits);

const WRITE_MS = 30;

/**
 * A cloud as Glance is: an update is a read, a change and a write of the whole image, and the last write stays. With
 * the first `overlaps` updates of ours overlaps one of somebody else, which ends a moment after ours was answered.
 */
async function overlapping(overlaps: number, losesUpdates: boolean) {
  const inner = cloud();
  await new ImageManager(inner).apply(specOf());
  let left = overlaps;
  let foreign: Promise<unknown> = Promise.resolve();
  const saveWhole = async (before: Image) => {
    await pause(WRITE_MS / 2, undefined);
    const added = Object.keys((await onlyImage(inner)).properties).filter(
      (name) => !(name in before.properties),
    );
    await inner.update(before.id, [
      ...added.map((name): MetadataOperation => ({ kind: "property", op: "delete", name })),
      { kind: "property", op: "add", name: "theirs", to: "1" },
    ]);
  };
  const backend: Cloud = {
    ...inner,
    losesUpdates,
    async update(id, operations, options) {
      await pause(WRITE_MS, undefined);
      const before = await onlyImage(inner);
      const answer = await inner.update(id, operations, options);
      if (left-- > 0) foreign = saveWhole(before);
      return answer;
    },
  };
  return { inner, images: new ImageManager(backend), settled: () => foreign };
}

describe("a write of another that overlaps ours and ends after it", () => {
  const plan = { name: "debian", properties: { ours: "1" } };
  const declared = { properties: "declared" } as const;

  it("is found where the cloud loses updates, and ours is made again", async () => {
    const { inner, images } = await overlapping(2, true);
    const { image } = await images.apply(await images.plan(plan, declared));
    expect(image.properties).toMatchObject({ ours: "1", theirs: "1" });
    expect((await onlyImage(inner)).properties).toMatchObject({ ours: "1", theirs: "1" });
  });
  it("would undo ours unseen, were no moment let pass", async () => {
    const { inner, images, settled } = await overlapping(1, false);
    await images.apply(await images.plan(plan, declared));
    await settled();
    expect((await onlyImage(inner)).properties).not.toHaveProperty("ours");
  });
  it("again and again is reported by name", async () => {
    const { images } = await overlapping(Number.POSITIVE_INFINITY, true);
    await expect(images.apply(await images.plan(plan, declared))).rejects.toMatchObject({
      code: "ERR_HTTP_CONFLICT",
      message: expect.stringContaining("properties.ours"),
    });
  });
  it("is waited for no longer than the caller wants to", async () => {
    const { images } = await overlapping(Number.POSITIVE_INFINITY, true);
    const stop = new AbortController();
    const planned = await images.plan(plan, declared);
    const applied = images.apply(planned, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), WRITE_MS * 2);
    await expect(applied).rejects.toThrow("enough");
  });
});

describe("writers of one process", () => {
  it("take turns at one image, whichever manager they use", async () => {
    const inner = cloud();
    await new ImageManager(inner).apply(specOf());
    let writing = 0;
    let most = 0;
    const backend: Cloud = {
      ...inner,
      async update(id, operations, options) {
        most = Math.max(most, ++writing);
        await pause(5, undefined);
        const image = await inner.update(id, operations, options);
        writing--;
        return image;
      },
    };
    const plans = await Promise.all(
      ["1", "2", "3"].map((value) =>
        new ImageManager(backend).plan({ name: "debian", properties: { value } }),
      ),
    );
    const results = await Promise.allSettled(plans.map((each) => new ImageManager(backend).apply(each)));
    expect(most).toBe(1);
    // The first changed the image, so the plans of the others are stale.
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });
});
