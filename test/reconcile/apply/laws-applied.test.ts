import fc from "fast-check";
import { expect, it } from "vitest";
import { ImageManager, type ImageSpec, type Plan } from "../../../src/index.ts";
import { metadataSpec } from "../../model/arbitraries.ts";
import { cloud, onlyImage, recorded } from "../support/cloud.ts";
import { declaredBy, managedOf } from "../support/images.ts";

/** Specs of one image, of which none is a replacement of another. */
const changeable = metadataSpec.map(
  ({ id: _id, region: _region, containerFormat: _container, diskFormat: _disk, ...fields }): ImageSpec => ({
    ...fields,
    name: "debian",
    visibility: "shared",
  }),
);

it("a cloud has what was declared after it, whatever was declared before, and then there is nothing to do", async () => {
  await fc.assert(
    fc.asyncProperty(changeable, changeable, async (before, after) => {
      const backend = recorded();
      const images = new ImageManager(backend);
      await images.apply(before);
      const { image } = await images.apply(after);
      expect(managedOf(image, after)).toEqual(declaredBy(after));
      expect(await onlyImage(backend)).toEqual(image);
      backend.takeWrites();
      expect((await images.apply(after)).plan).toMatchObject({ action: "none", operations: [] });
      expect(backend.takeWrites()).toEqual([]);
    }),
  );
});

it("a plan that went through JSON does to a cloud what the plan itself does", async () => {
  await fc.assert(
    fc.asyncProperty(changeable, changeable, async (before, after) => {
      const results = [(plan: Plan) => plan, throughJson].map(async (transport) => {
        const images = new ImageManager(cloud(() => new Date(0)));
        const first = transport(await images.plan(before));
        await images.apply(first);
        const second = transport(await images.plan(after));
        const { image } = await images.apply(second);
        return { ...image, id: "", operations: [first.operations, second.operations] };
      });
      const [itself, copy] = await Promise.all(results);
      expect(copy).toEqual(itself);
    }),
  );
});

function throughJson(plan: Plan): Plan {
  return JSON.parse(JSON.stringify(plan));
}
