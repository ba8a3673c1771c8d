import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFromWire, membersFromWire } from "../../../src/backends/kakaocloud/mapping.ts";
import { WireImage } from "../../../src/backends/kakaocloud/wire.ts";
import { ID, PROJECT, wireImage } from "./wire.ts";

const read = (fields: Readonly<Record<string, unknown>> = {}) =>
  imageFromWire(WireImage.parse(wireImage(fields)), { region: "kr-central-2" });

describe("an image of KakaoCloud", () => {
  it("has the family's fields, and what only KakaoCloud reports", () => {
    expect(read()).toEqual({
      id: ID,
      name: "web-golden-01",
      status: "active",
      containerFormat: "bare",
      diskFormat: "raw",
      minDiskGb: 30,
      minRamMb: 0,
      visibility: "private",
      description: "the golden image",
      region: "kr-central-2",
      sizeBytes: 32_212_254_720,
      virtualSizeBytes: 32_212_254_720,
      owner: PROJECT,
      createdAt: "2026-01-01T12:00:10Z",
      updatedAt: "2026-01-01T12:06:00Z",
      properties: {},
      tags: [],
      kakaocloud: {
        osInfo: {
          type: "linux",
          distro: "ubuntu",
          architecture: "x86_64",
          adminUser: "ubuntu",
          isHidden: false,
        },
        instanceType: "vm",
        imageMemberStatus: undefined,
        isShared: false,
        projectId: PROJECT,
      },
    });
  });

  it("keeps the answer as it came, out of sight", () => {
    const image = read({ later: "a new field" });
    expect(image.raw).toEqual(wireImage({ later: "a new field" }));
    expect(Object.keys(image)).not.toContain("raw");
  });

  it("may lack any field but the id, or have null in it", () => {
    const fields = Object.keys(wireImage()).filter((name) => name !== "id");
    fc.assert(
      fc.property(fc.subarray(fields), fc.subarray(fields), (absent, nulls) => {
        const whole = wireImage(Object.fromEntries(nulls.map((name) => [name, null])));
        const sparse = Object.fromEntries(Object.entries(whole).filter(([name]) => !absent.includes(name)));
        expect(imageFromWire(WireImage.parse(sparse), { region: "kr-central-2" }).id).toBe(ID);
      }),
    );
  });

  it("has no description where there is a -", () => {
    expect([read({ description: "-" }).description, read({ description: "" }).description]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([
    ["queued", "queued"],
    ["ACTIVE", "active"],
    ["error", "killed"],
    ["failed", "killed"],
    ["killed", "killed"],
    ["deleting", "pending_delete"],
    ["importing_soon", "importing_soon"],
    [null, "unknown"],
  ])("that is %s is %s", (status, expected) => {
    expect(read({ status }).status).toBe(expected);
  });

  it.each([
    [{ visibility: "private", is_shared: true }, "shared"],
    [{ visibility: null, is_shared: true }, "shared"],
    [{ visibility: "private", image_member_status: "pending" }, "shared"],
    [{ visibility: "public", is_shared: true }, "public"],
    [{ visibility: null, is_shared: null }, undefined],
  ])("with %o has the visibility %s", (fields, visibility) => {
    expect(read(fields).visibility).toBe(visibility);
  });

  it("belongs to its project where no owner is told, unless it is somebody else's", () => {
    expect(read({ owner: null }).owner).toBe(PROJECT);
    expect(read({ owner: null, image_member_status: "accepted" }).owner).toBeUndefined();
  });
});

it("members are those that are shared with: who isn't any more stays in the list", () => {
  const members = [
    { id: "a", status: "ACCEPTED", is_shared: true, created_at: "2026-01-01T12:00:00Z" },
    { id: "b", is_shared: false },
    { id: "c", status: null },
  ];
  expect(membersFromWire(members)).toEqual([
    { project: "a", status: "accepted", createdAt: "2026-01-01T12:00:00Z", updatedAt: undefined },
    { project: "c", status: "pending", createdAt: undefined, updatedAt: undefined },
  ]);
});
