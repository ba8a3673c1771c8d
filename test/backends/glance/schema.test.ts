import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaIssues, WireSchema } from "../../../src/backends/glance/schema.ts";

/** As a Glance answers it, cut down. */
const SCHEMA = WireSchema.parse({
  name: "image",
  properties: {
    disk_format: { type: ["null", "string"], enum: [null, "raw", "qcow2"] },
    container_format: { type: ["null", "string"], enum: [null, "bare"] },
    visibility: { type: "string", enum: ["private", "public"] },
    os_hidden: { type: "boolean" },
    locations: { type: "array", items: { type: "object" } },
    kernel_id: { type: ["null", "string"], pattern: "^[0-9a-f]{4}$" },
    short: { type: "string", minLength: 2, maxLength: 3 },
    copies: { type: "integer" },
    word: { type: "string", pattern: "^\\w+$" },
    odd: { type: "string", pattern: "(?P<name>x)" },
    broken: { type: 5, enum: "x" },
  },
  required: ["name", "os_distro", "description"],
  additionalProperties: { type: "string" },
  links: [],
});
const change = { creates: false };

describe("a value that the schema", () => {
  it.each([
    ["names", { diskFormat: "qcow2", containerFormat: "bare" as const, visibility: "public" as const }],
    ["doesn't know", { properties: { mine: "anything" } }],
    ["has a pattern for", { properties: { kernel_id: "00af" } }],
    ["has lengths for", { properties: { short: "äö" } }],
    ["has a pattern for that another language reads", { properties: { word: "schön", odd: "y" } }],
    ["has nonsense for", { properties: { broken: "y" } }],
    ["knows as hidden", { hidden: true }],
  ])("%s is taken", (_how, values) => {
    expect(schemaIssues(SCHEMA, { ...change, ...values })).toEqual([]);
  });

  it.each([
    [{ diskFormat: "vmdk" }, ["diskFormat"], "must be one of raw, qcow2 on this cloud"],
    [{ containerFormat: "ova" as const }, ["containerFormat"], "must be one of bare on this cloud"],
    [{ visibility: "community" as const }, ["visibility"], "must be one of private, public on this cloud"],
    [
      { properties: { kernel_id: "xyz" } },
      ["properties", "kernel_id"],
      "must match ^[0-9a-f]{4}$ on this cloud",
    ],
    [
      { properties: { short: "a" } },
      ["properties", "short"],
      "must have at least 2 characters on this cloud",
    ],
    [
      { properties: { short: "abcd" } },
      ["properties", "short"],
      "must have at most 3 characters on this cloud",
    ],
    [
      { properties: { copies: "2" } },
      ["properties", "copies"],
      "must be of type integer, not a text, on this cloud",
    ],
    [{ properties: { word: "a b" } }, ["properties", "word"], "must match ^\\w+$ on this cloud"],
  ])("doesn't allow is an issue: %o", (values, path, message) => {
    expect(schemaIssues(SCHEMA, { ...change, ...values })).toEqual([{ path, message }]);
  });
});

it("what is required is asked for where an image is made, whatever every image has anyway", () => {
  const missing = schemaIssues(SCHEMA, { creates: true, properties: {} });
  expect(missing).toEqual([
    { path: ["properties", "os_distro"], message: "is required on this cloud" },
    { path: ["description"], message: "is required on this cloud" },
  ]);
  expect(schemaIssues(SCHEMA, { creates: false, properties: {} })).toEqual([]);
  const values = { creates: true, description: "words", properties: { os_distro: "debian" } };
  expect(schemaIssues(SCHEMA, values)).toEqual([]);
});

it("a cloud that knows nothing of hidden images says so at the plan", () => {
  const { os_hidden: _none, ...properties } = SCHEMA.properties;
  const old = { properties };
  expect(schemaIssues(old, { ...change, hidden: true })).toMatchObject([{ path: ["hidden"] }]);
  expect(schemaIssues(old, { ...change, hidden: false })).toEqual([]);
});

it("a schema that says nothing takes everything", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (properties) => {
      const anything = { properties: { os_hidden: {} } };
      expect(schemaIssues(anything, { creates: true, diskFormat: "x", hidden: true, properties })).toEqual(
        [],
      );
    }),
  );
});
