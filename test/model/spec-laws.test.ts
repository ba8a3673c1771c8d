import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ImageSpec, ImagewrightError, parseSpec } from "../../src/model/index.ts";
import { spec } from "./arbitraries.ts";

const KEYS = [
  "name",
  "source",
  "tags",
  "properties",
  "url",
  "file",
  "open",
  "checksum",
  "min_disk_gb",
] as const;

/** Arbitrary values, many of which look like a spec. */
const almostSpec = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true }),
  fc.dictionary(
    fc.constantFrom(...KEYS),
    fc.anything({ key: fc.constantFrom(...KEYS), withNullPrototype: true }),
  ),
  fc.record({
    name: fc.constant("debian"),
    source: fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      fc.string().map((text) => `https://${text}@example.org/`),
      fc.record({ url: fc.string().map((text) => `http://${text}/`) }),
      fc.anything({ key: fc.constantFrom(...KEYS) }),
    ),
  }),
);

describe("parsing", () => {
  it("takes every generated spec", () => {
    fc.assert(
      fc.property(spec, (input) => {
        expect(ImageSpec.safeParse(input).error).toBeUndefined();
      }),
    );
  });

  it("is idempotent", () => {
    fc.assert(
      fc.property(spec, (input) => {
        const once = ImageSpec.parse(input);
        expect(ImageSpec.parse(once)).toEqual(once);
      }),
    );
  });

  it("is idempotent for whatever is taken", () => {
    fc.assert(
      fc.property(almostSpec, (input) => {
        const once = ImageSpec.safeParse(input);
        if (once.success) expect(ImageSpec.parse(once.data)).toEqual(once.data);
      }),
    );
  });

  it("adds no key", () => {
    fc.assert(
      fc.property(spec, (input) => {
        expect(Object.keys(ImageSpec.parse(input)).sort()).toEqual(Object.keys(input).sort());
      }),
    );
  });

  it("is the same for the schema and for parseSpec", () => {
    fc.assert(
      fc.property(spec, (input) => {
        expect(parseSpec(input)).toEqual(ImageSpec.parse(input));
      }),
    );
  });

  it("throws nothing but its own errors, whatever it is given", () => {
    fc.assert(
      fc.property(almostSpec, (input) => {
        expect(thrownBy(() => ImageSpec.parse(input))).toSatisfy(
          (error) => error === undefined || error instanceof z.ZodError,
        );
        expect(thrownBy(() => parseSpec(input))).toSatisfy(
          (error) => error === undefined || (ImagewrightError.is(error) && error.code === "ERR_SPEC_INVALID"),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the JSON schema", () => {
  it.each(["input", "output"] as const)("of %s exists, and knows every field", (io) => {
    const schema = z.toJSONSchema(ImageSpec, { io });
    expect(schema).toMatchObject({ type: "object", required: ["name"], additionalProperties: false });
    expect(Object.keys(schema.properties ?? {})).toEqual([
      "name",
      "containerFormat",
      "diskFormat",
      "source",
      "id",
      "minDiskGb",
      "minRamMb",
      "visibility",
      "protected",
      "hidden",
      "properties",
      "tags",
      "members",
      "description",
      "region",
      "verifyChecksum",
      "decompress",
      "convert",
    ]);
  });

  it("is JSON", () => {
    const schema = z.toJSONSchema(ImageSpec);
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
