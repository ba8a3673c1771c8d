import { inspect } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ImageSpec, parseSpec } from "../../src/model/index.ts";

/** Long enough not to be in a message by chance. */
const secret = fc.string({ unit: fc.constantFrom(..."abcdefXYZ0189-_"), minLength: 16, maxLength: 24 });

it("an error about a spec never shows its secrets", () => {
  fc.assert(
    fc.property(secret, fc.integer({ min: 0, max: 6 }), (password, mistake) => {
      const right = {
        url: `https://user:${password}@example.org/a`,
        password,
        headers: { Authorization: password, "X-Other": password },
      };
      const mistakes: readonly object[] = [
        { source: { ...right, checksum: "wrong" } },
        { source: { ...right, url: `ftp://user:${password}@example.org/a` } },
        { source: { ...right, headers: { Authorization: [password] } } },
        { source: { ...right, password: [password] } },
        { source: { ...right, file: "a" } },
        { source: right, minDiskGb: -1 },
        { source: { webDownload: `https://user:${password}@example.org/a` } },
      ];
      const input = { name: "debian", ...mistakes[mistake] };
      for (const parse of [() => ImageSpec.parse(input), () => parseSpec(input)]) {
        const error = thrownBy(parse);
        expect(error).toBeInstanceOf(Error);
        const printed = [
          JSON.stringify(error),
          inspect(error, { depth: 10, showHidden: true }),
          String(error),
        ];
        expect(printed.join()).not.toContain(password);
      }
    }),
  );
});

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
