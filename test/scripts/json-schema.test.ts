import { describe, expect, test } from "vitest";
import { z } from "zod";
import { imageSpecSchema } from "../../scripts/json-schema.ts";
import { SPEC_FIELDS } from "../../src/model/spec.ts";

const schema = imageSpecSchema();
// Read back by zod, which knows nothing here of the schema that it was made from.
const validator = z.fromJSONSchema(schema);

const example = {
  name: "debian-13",
  containerFormat: "bare",
  diskFormat: "qcow2",
  source: { url: "https://example.org/debian-13.qcow2", checksum: "sha512:0f" },
  minDiskGb: 2,
  properties: { os_distro: "debian", hw_disk_bus: "scsi" },
  tags: ["golden"],
};

describe("the JSON schema of ImageSpec", () => {
  test("has every field, each with a description", () => {
    const properties = Object.entries(schema.properties ?? {});
    expect(properties.map(([name]) => name)).toEqual(SPEC_FIELDS);
    for (const [name, property] of properties) expect(property, name).toHaveProperty("description");
  });

  test.each<[string, unknown]>([
    ["the example", example],
    ["a source that is a URL", { ...example, source: "https://example.org/debian-13.qcow2" }],
    ["a source that is a file", { ...example, source: { file: "debian-13.qcow2" } }],
    ["a name alone", { name: "debian-13" }],
    [
      "empty values",
      { name: "debian-13", tags: [], properties: {}, minRamMb: 0, hidden: false, description: "" },
    ],
  ])("takes %s", (_what, spec) => {
    expect(validator.safeParse(spec).error).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["no name", { ...example, name: undefined }],
    ["an unknown field", { ...example, diskformat: "raw" }],
    ["an unknown container format", { ...example, containerFormat: "box" }],
    ["a source of no kind", { ...example, source: {} }],
    ["a source of two kinds", { ...example, source: { file: "a", volumeId: "b" } }],
    ["a negative size", { ...example, minDiskGb: -1 }],
  ])("refuses %s", (_what, spec) => {
    expect(validator.safeParse(spec).success).toBe(false);
  });
});
