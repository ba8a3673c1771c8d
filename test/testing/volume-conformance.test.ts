/** What every backend promises, held against clouds that give ids: one makes images of its volumes alone. */
import { describe, expect, it } from "vitest";
import { type Backend, ImageSpec } from "../../src/index.ts";
import { backendConformance, type Expectations } from "../../src/testing/index.ts";
import { givingCloud } from "../reconcile/support/giving-cloud.ts";
import { type Behaviour, volumeCloud } from "../reconcile/support/volume-cloud.ts";

const EXPECTATIONS: Expectations = {
  lacks: {
    create: "images are made of volumes",
    upload: "images are made of volumes",
    download: "the cloud gives no data back",
    deactivate: "the cloud knows no such state",
    reactivate: "the cloud knows no such state",
    imports: "the cloud fetches nothing",
    containerFormat: "the cloud decides",
    diskFormat: "the cloud decides",
    minDiskGb: "the volume decides",
    minRamMb: "the volume decides",
    protected: "the cloud protects nothing",
    hidden: "the cloud hides nothing",
    visibility: "whoever is a member sees an image",
    properties: "there are none",
    tags: "there are none",
  },
  ids: { value: "given by the cloud", because: "nobody can choose one" },
  records: { value: "none", because: "there are no properties" },
  createFrom: { source: { volumeId: "v1" }, unknown: { volumeId: "gone" } },
  samples: { name: (text) => `image-${text.replaceAll(/[^a-zA-Z0-9]+/g, "-")}-x` },
};

describe("the contract, kept by a cloud that makes images of volumes", () => {
  backendConformance(it, () => volumeCloud({ statuses: ["queued"] }), EXPECTATIONS);
});

describe("the same, where names are unique", () => {
  backendConformance(it, () => volumeCloud({ namesAreUnique: true, statuses: ["saving"] }), {
    ...EXPECTATIONS,
    names: { value: "unique", because: "the cloud refuses a second" },
  });
});

/** Takes data, and has no properties; tags are pairs, names are unique, formats are for ever, disks have 40 GiB. */
function pairsCloud(): Backend {
  const { members: _members, ...backend } = givingCloud({
    rules: {
      namesAreUnique: true,
      replaces: ["id", "region", "diskFormat", "minDiskGb"],
      replacesWithData: [],
    },
  });
  const spec = ImageSpec.superRefine(
    ({ properties, visibility = "private", tags = [], minDiskGb = 40 }, context) => {
      const refuse = (field: string) =>
        context.addIssue({ code: "custom", path: [field], message: "is not for this cloud" });
      if (properties !== undefined) refuse("properties");
      if (visibility !== "private") refuse("visibility");
      if (tags.some((tag) => !tag.includes("="))) refuse("tags");
      if (minDiskGb < 40) refuse("minDiskGb");
    },
  );
  return { ...backend, spec };
}

describe("the contract, kept by a cloud that takes data, and has images of its own mind", () => {
  backendConformance(it, pairsCloud, {
    lacks: {
      members: "nothing is shared",
      imports: "the cloud fetches nothing",
      properties: "there are none",
      visibility: "all images are private",
    },
    ids: { value: "given by the cloud", because: "nobody can choose one" },
    names: { value: "unique", because: "the cloud refuses a second" },
    records: { value: "none", because: "there are no properties" },
    samples: { fields: { minDiskGb: 40 }, tag: (word) => `${word}=1` },
  });
});

describe("a cloud of that kind that breaks the contract is found out by the clause when", () => {
  const numbersFailing = async (behaviour: Behaviour): Promise<readonly string[]> => {
    const tests = new Map<string, () => Promise<void>>();
    backendConformance(
      (title, check) => tests.set(title, check),
      () => volumeCloud({ statuses: [], ...behaviour }),
      EXPECTATIONS,
    );
    const results = await Promise.allSettled([...tests.values()].map((check) => check()));
    const numbers = [...tests.keys()].map((title) => title.split(" ")[0] ?? "");
    return [...new Set(numbers.filter((_number, index) => results[index]?.status === "rejected"))];
  };

  it.each<[string, clauses: readonly string[], Behaviour]>([
    ["names are unique", ["0.3", "3.6", "12.6"], { namesAreUnique: true }],
    ["an unknown volume is taken", ["12.5"], { volumes: ["gone"] }],
    ["a source is named twice", ["12.1"], { kinds: ["volumeId", "volumeId"] }],
    ["a signal is ignored", ["9.1"], { start: (start, image, source) => start(image, source) }],
    [
      "an image gets another name",
      ["12.3"],
      { start: async (start, image, source, options) => start({ ...image, name: "other" }, source, options) },
    ],
  ])("%s", async (_what, clauses, behaviour) => {
    expect(await numbersFailing(behaviour)).toEqual(expect.arrayContaining([...clauses]));
  });
});
