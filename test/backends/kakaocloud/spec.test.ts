import { describe, expect, it } from "vitest";
import { kakaocloudSpec } from "../../../src/backends/kakaocloud/spec.ts";

const PROJECT = "89abcdef0123456789abcdef01234567";
const SPEC = {
  name: "web-golden-01",
  description: "the golden image",
  source: { volumeId: "6f1b2c8e-4a3d-4a53-9e0b-0c4f7a4d2a11" },
  members: [PROJECT],
  region: "kr-central-2",
};

function problems(fields: object): readonly (readonly [path: string, message: string])[] {
  const result = kakaocloudSpec("kr-central-2").safeParse({ ...SPEC, ...fields });
  return (result.error?.issues ?? []).map(({ path, message }) => [path.join("."), message]);
}

describe("a spec for KakaoCloud", () => {
  it("has a name, a description, a volume, members", () => {
    expect(problems({})).toEqual([]);
  });

  it("may say what is so of every image there", () => {
    expect(problems({ tags: [], properties: {}, protected: false, hidden: false })).toEqual([]);
  });

  it.each([
    [{ id: "1bea47ed-f6a9-463b-b423-14b9cca9ad27" }, "plan\\(spec, \\{ id \\}\\)"],
    [{ containerFormat: "bare" }, "from the volume"],
    [{ diskFormat: "raw" }, "from the volume"],
    [{ minDiskGb: 30 }, "from the volume"],
    [{ minRamMb: 0 }, "from the volume"],
    [{ visibility: "private" }, "by members"],
    [{ protected: true }, "leave it out"],
    [{ hidden: true }, "leave it out"],
    [{ properties: { os_distro: "debian" } }, "in description"],
    [{ tags: ["golden"] }, "in description"],
    [{ name: "we--b" }, "--"],
    [{ description: "-" }, "leave it out"],
    [{ region: "kr-central-1" }, 'kakaocloud\\(\\{ region: "kr-central-1" \\}\\)'],
  ])("is refused for %o by its path, with what to do", (fields, words) => {
    const [path] = Object.keys(fields);
    expect(problems(fields)).toEqual([[path, expect.stringMatching(words)]]);
  });

  it.each(["v1", "6F1B2C8E", "../images"])("is refused for the volume %s, which is no id", (volumeId) => {
    expect(problems({ source: { volumeId } })).toEqual([
      ["source.volumeId", expect.stringContaining("UUID")],
    ]);
  });

  it.each(["p1", PROJECT.toUpperCase(), "89abcdef-0123-4567-89ab-cdef01234567"])(
    "is refused for the member %s, which is no project's id as KakaoCloud writes them",
    (member) => {
      expect(problems({ members: [member] })).toEqual([
        ["members.0", expect.stringContaining("32 hexadecimal")],
      ]);
    },
  );
});
