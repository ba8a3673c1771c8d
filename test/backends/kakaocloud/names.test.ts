import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { descriptionProblem, nameProblem, wireDescription } from "../../../src/backends/kakaocloud/names.ts";

describe("a name", () => {
  it.each(["web1", "web-golden-01", "a_b-c_d", "0000", "a".repeat(250)])("%s is taken", (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });

  it.each([
    ["abc", "4 to 250"],
    ["a".repeat(251), "it has 251"],
    ["-web", "both ends"],
    ["web_", "both ends"],
    ["web.1", "letters, digits"],
    ["debian 13", "letters, digits"],
    ["wëb1", "letters, digits"],
    ["web1\n", "letters, digits"],
    ["we--b", '"--"'],
    ["we__b", '"__"'],
    ["we-_b", '"-_"'],
    ["we_-b", '"_-"'],
  ])("%j is refused: %s", (name, words) => {
    expect(nameProblem(name)).toContain(words);
  });

  it("is taken exactly when it is words with one - or _ between two of them, of 4 to 250 characters", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "Z", "0", "-", "_", ".") });
    fc.assert(
      fc.property(text, (name) => {
        const isGood = /^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/.test(name) && name.length >= 4;
        expect(nameProblem(name) === undefined).toBe(isGood);
      }),
    );
  });
});

describe("a description", () => {
  it.each(["", "the golden image", "골든 이미지 ㄱ", `.,!?()[]{}:;"'@#%&*+=_/\\|<>~-`, "가".repeat(100)])(
    "%j is taken",
    (description) => {
      expect(descriptionProblem(description)).toBeUndefined();
    },
  );

  it.each([
    ["-", "leave it out"],
    ["a".repeat(101), "it has 101"],
    ["für", '"ü"'],
    ["a\nb", '"\\n"'],
    ["5 €", '"€"'],
    ["a🙂", '"🙂"'],
  ])("%j is refused: %s", (description, words) => {
    expect(descriptionProblem(description)).toContain(words);
  });

  it("that is none is told as -", () => {
    expect([undefined, "", "a"].map(wireDescription)).toEqual(["-", "-", "a"]);
  });
});
