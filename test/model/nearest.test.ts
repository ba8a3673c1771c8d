import fc from "fast-check";
import { expect, it } from "vitest";
import { nearest, nearestKey } from "../../src/model/nearest.ts";

const WORDS = ["tags", "hidden", "protected", "minDiskGb", "containerFormat"] as const;

it.each([
  ["tag", "tags"],
  ["hiden", "hidden"],
  ["PROTECTED", "protected"],
  ["protcted", "protected"],
  ["tgas", "tags"],
  ["cntainrFrmat", "containerFormat"],
])("%s is nearest to %s", (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
});

it.each(["", "x", "something", "minimumDiskSize"])("%j is near to none", (word) => {
  expect(nearest(word, WORDS)).toBeUndefined();
});

it("keys are near whatever their hyphens, underscores and case, and by their beginning", () => {
  expect(nearestKey("min_disk_gb", WORDS)).toBe("minDiskGb");
  expect(nearestKey("MIN-DISK-GB", WORDS)).toBe("minDiskGb");
  expect(nearestKey("container", WORDS)).toBe("containerFormat");
  expect(nearestKey("min", WORDS)).toBeUndefined();
});

it("the same key written otherwise is nearer than one that only begins with it", () => {
  expect(nearestKey("_tags", ["tagset", "tags"])).toBe("tags");
  expect(nearestKey("TA-GS", ["tagset", "tags"])).toBe("tags");
});

it("of two that are equally near the first is taken", () => {
  expect(nearest("cat", ["bat", "hat"])).toBe("bat");
});

it("a word is nearest to itself, and what is found is always a candidate", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...WORDS), (text, word) => {
      expect(nearestKey(word, WORDS)).toBe(word);
      expect([undefined, ...WORDS]).toContain(nearestKey(text, WORDS));
    }),
  );
});
