import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { imageFromWire, wireFromNewImage } from "../../../src/backends/glance/mapping.ts";
import { WireImage } from "../../../src/backends/glance/wire.ts";
import { glanceRules, type Image } from "../../../src/model/index.ts";
import { ID, wireImage } from "../../support/glance.ts";

describe("an image from the wire", () => {
  it("has every field that Glance reports", () => {
    expect(fromWire({ tags: ["b", "a"], os_distro: "debian", stores: "fast,slow" })).toEqual({
      id: ID,
      name: "debian-13",
      status: "active",
      containerFormat: "bare",
      diskFormat: "qcow2",
      minDiskGb: 2,
      minRamMb: 512,
      visibility: "private",
      protected: false,
      hidden: false,
      description: undefined,
      region: "RegionOne",
      checksum: "d41d8cd98f00b204e9800998ecf8427e",
      hashAlgorithm: "sha512",
      hashValue: "cf83e1357eefb8bd",
      sizeBytes: 432_013_312,
      virtualSizeBytes: 2_147_483_648,
      owner: "p1",
      file: `/v2/images/${ID}/file`,
      schema: "/v2/schemas/image",
      metadata: undefined,
      createdAt: "2026-11-20T10:00:00Z",
      updatedAt: "2026-11-20T10:05:00Z",
      stores: ["fast", "slow"],
      tags: ["a", "b"],
      properties: { os_distro: "debian" },
      serverProperties: { os_hash_algo: "sha512", os_hash_value: "cf83e1357eefb8bd", stores: "fast,slow" },
    });
  });

  it("that has next to nothing has what Glance said, and no more", () => {
    const image = imageFromWire(read({ id: ID, status: "queued" }), {
      rules: glanceRules,
      region: undefined,
    });
    expect(JSON.parse(JSON.stringify(image))).toEqual({
      id: ID,
      name: "",
      status: "queued",
      tags: [],
      properties: {},
      serverProperties: {},
    });
  });

  it("takes null for absence, and an empty digest as well", () => {
    const nulls = Object.fromEntries(
      Object.keys(wireImage())
        .filter((name) => name !== "id" && name !== "status")
        .map((name) => [name, null]),
    );
    expect(JSON.parse(JSON.stringify(fromWire(nulls)))).toEqual({
      id: ID,
      name: "",
      status: "active",
      region: "RegionOne",
      tags: [],
      properties: {},
      serverProperties: {},
    });
    const { checksum, hashAlgorithm, hashValue } = fromWire({
      checksum: "",
      os_hash_algo: "",
      os_hash_value: "",
    });
    expect([checksum, hashAlgorithm, hashValue]).toEqual([undefined, undefined, undefined]);
  });

  it("tells the user's properties from the cloud's by their exact names", () => {
    const { properties, serverProperties } = fromWire({
      os_distro: "debian",
      os_hash_algo: "sha512",
      hw_disk_bus: "scsi",
      os_glance_import_task: "t1",
      os_glance_importing_to_stores: "",
      os_glancefoo: "x",
      "imagewright.source": "s",
      "owner_specified.openstack.md5": "m",
      image_type: "snapshot",
    });
    expect(properties).toEqual({
      os_distro: "debian",
      hw_disk_bus: "scsi",
      "imagewright.source": "s",
      "owner_specified.openstack.md5": "m",
      image_type: "snapshot",
    });
    expect(serverProperties).toMatchObject({
      os_glance_import_task: "t1",
      os_glance_importing_to_stores: "",
      os_glancefoo: "x",
    });
  });

  it("has its description as a field, not as a property", () => {
    expect(fromWire({ description: "Golden" })).toMatchObject({ description: "Golden", properties: {} });
  });

  it("keeps a property that is called metadata, and the map that old clouds call so", () => {
    expect(fromWire({ metadata: "mine" })).toMatchObject({
      metadata: undefined,
      properties: { metadata: "mine" },
    });
    expect(fromWire({ metadata: { a: "1", b: 2 } })).toMatchObject({ metadata: { a: "1" }, properties: {} });
  });

  it("keeps properties of names that objects have by themselves", () => {
    expect(Object.entries(fromWire({ constructor: "c", toString: "t" }).properties)).toEqual([
      ["constructor", "c"],
      ["toString", "t"],
    ]);
  });

  it("passes over values that are no text", () => {
    expect(fromWire({ typed: 5, flag: true, list: ["x"], map: { a: 1 } }).properties).toEqual({});
  });

  it.each([
    ["", []],
    ["fast", ["fast"]],
    ["fast,,slow", ["fast", "slow"]],
  ])("is in the stores %j", (stores, expected) => {
    expect(fromWire({ stores }).stores).toEqual(expected);
  });

  it("shows what holds credentials only in raw, which nothing shows by itself", () => {
    const secret = "swift+https://user:hunter2@store/image";
    const image = fromWire({ direct_url: secret, locations: [{ url: secret, metadata: {} }] });
    expect(image.raw).toMatchObject({ direct_url: secret });
    expect(Object.keys(image)).not.toContain("raw");
    expect({ ...image }.raw).toBeUndefined();
    expect(JSON.stringify(image)).not.toContain("hunter2");
    expect(inspect(image, { depth: 10 })).not.toContain("hunter2");
  });

  it("has a status that isn't known yet as it is", () => {
    expect(fromWire({ status: "quarantined" }).status).toBe("quarantined");
  });

  it("is what was created, as far as Glance keeps it", () => {
    const created = {
      id: ID,
      name: "a",
      containerFormat: "bare",
      diskFormat: "raw",
      minDiskGb: 3,
      minRamMb: 4,
      visibility: "shared",
      protected: true,
      hidden: true,
      description: "d",
      properties: { x: "1" },
      tags: ["t"],
    } as const;
    expect(fromWire({ ...wireFromNewImage(created), status: "queued" })).toMatchObject(created);
  });
});

it("a wire image without an id or status isn't one", () => {
  expect(WireImage.safeParse({ id: ID }).success).toBe(false);
  expect(WireImage.safeParse({ status: "active" }).success).toBe(false);
});

it("a field can't be overwritten by a property of the same name", () => {
  const wire = wireFromNewImage({
    id: ID,
    name: "a",
    properties: { id: "x", name: "y", visibility: "public" },
  });
  expect(wire).toEqual({ id: ID, name: "a", visibility: "private" });
});

function fromWire(fields: Readonly<Record<string, unknown>>): Image {
  return imageFromWire(read(wireImage(fields)), { rules: glanceRules, region: "RegionOne" });
}

function read(wire: unknown): WireImage {
  return WireImage.parse(wire);
}
