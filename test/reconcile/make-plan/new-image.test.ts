import { describe, expect, it } from "vitest";
import type { ImageSpec } from "../../../src/model/index.ts";
import { newImage, replacingImage } from "../../../src/reconcile/make-plan/new-image.ts";
import { imageOf } from "../support/images.ts";

const [ID, OLD] = ["0d1c2b3a-4444-4555-9666-778899aabbcc", "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9"];
const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
const properties = (count: number) => Object.fromEntries(names(count).map((name) => [name, "1"]));

describe("a new image", () => {
  it("has what the spec declares of it, and a record of its source", () => {
    const spec: ImageSpec = {
      name: "debian",
      diskFormat: "raw",
      source: { file: "a" },
      verifyChecksum: true,
      decompress: "gzip",
      convert: false,
      members: ["p"],
      properties: { a: "1" },
      tags: ["t"],
    };
    expect(newImage(spec, ID, "sha256:00")).toEqual({
      id: ID,
      name: "debian",
      diskFormat: "raw",
      properties: { a: "1", "imagewright.source": "sha256:00" },
      tags: ["t"],
    });
  });
  it("has no record where there is none", () => {
    expect(newImage({ name: "debian" }, ID, undefined)).toStrictEqual({
      id: ID,
      name: "debian",
      properties: {},
    });
  });
  it("leaves the room that a cloud has for properties to the user", () => {
    const record = (count: number, description?: string) =>
      newImage({ name: "debian", properties: properties(count), description }, ID, "sha256:00").properties;
    expect(record(127)).toEqual({ ...properties(127), "imagewright.source": "sha256:00" });
    expect(record(128)).toEqual(properties(128));
    expect(record(126, "x")).toEqual({ ...properties(126), "imagewright.source": "sha256:00" });
    expect(record(127, "x")).toEqual(properties(127));
    expect(record(128, "x")).toEqual(properties(128));
  });
});

describe("an image that takes another's place", () => {
  const actual = imageOf({
    id: OLD,
    containerFormat: "bare",
    diskFormat: "qcow2",
    minDiskGb: 2,
    minRamMb: 512,
    visibility: "shared",
    protected: true,
    hidden: true,
    region: "RegionOne",
    description: "old",
    owner: "p",
    members: ["q"],
    checksum: "ab",
    properties: {
      a: "1",
      b: "2",
      server: "s",
      "imagewright.source": "sha256:11",
      "imagewright.replaces": "x",
    },
    tags: ["t", "u"],
  });
  const options = {
    id: ID,
    sourceRecord: "sha256:00",
    isCloudsAffair: (name: string) => name === "server",
    keepsActual: true,
  };
  const kept = {
    id: ID,
    name: "debian",
    containerFormat: "bare",
    diskFormat: "qcow2",
    minDiskGb: 2,
    minRamMb: 512,
    visibility: "shared",
    protected: true,
    hidden: true,
    region: "RegionOne",
    description: "old",
    tags: ["t", "u"],
  };

  it("has all that users gave the old one, and says whose place it takes", () => {
    expect(replacingImage(actual, [], options)).toEqual({
      ...kept,
      properties: { a: "1", b: "2", "imagewright.source": "sha256:00", "imagewright.replaces": OLD },
    });
  });
  it("says nothing of an old one that is deleted before, and has no record where there is none", () => {
    const alone = { ...options, keepsActual: false, sourceRecord: undefined };
    expect(replacingImage(actual, [], alone).properties).toStrictEqual({ a: "1", b: "2" });
  });
  it("has what the plan changes", () => {
    const changed = replacingImage(
      actual,
      [
        { kind: "attribute", op: "update", name: "diskFormat", from: "qcow2", to: "raw" },
        { kind: "attribute", op: "update", name: "description", from: "old", to: "new" },
        { kind: "property", op: "delete", name: "a", from: "1" },
        { kind: "tag", op: "add", tag: "v" },
      ],
      options,
    );
    expect(changed).toMatchObject({ diskFormat: "raw", description: "new", tags: ["t", "u", "v"] });
    expect(Object.keys(changed.properties ?? {})).not.toContain("a");
  });
  it("has no description where there was none", () => {
    const { description: _description, ...plain } = actual;
    expect(replacingImage(plain, [], options)).not.toHaveProperty("description");
  });
  it("prefers the mark where there is room for one: without it nobody could tell two images of a name apart", () => {
    const full = { ...actual, description: undefined, properties: properties(127) };
    expect(replacingImage(full, [], options).properties).toEqual({
      ...properties(127),
      "imagewright.replaces": OLD,
    });
  });
});
