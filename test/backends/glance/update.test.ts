import { expect, it } from "vitest";
import type { MetadataOperation } from "../../../src/backends/backend.ts";
import { rejectionOf } from "../../support/errors.ts";
import { glance, ID, IMAGES, TOKEN, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

const PATCH_TYPE = "application/openstack-images-v2.1-json-patch";

it("makes exactly one PATCH of everything, after a fresh look at the image", async () => {
  const network = mockNetwork();
  const image = wireImage({ tags: ["old", "kept"], hw_disk_bus: "ide", gone: "1" });
  network.expect(`GET ${IMAGES}/${ID}`, { json: image });
  network.expect(`PATCH ${IMAGES}/${ID}`, { json: wireImage({ name: "new" }) });
  const updated = await glance().update(ID, [
    { kind: "attribute", op: "update", name: "name", from: "debian-13", to: "new" },
    { kind: "attribute", op: "update", name: "minDiskGb", from: 2, to: 4 },
    { kind: "attribute", op: "update", name: "minRamMb", from: 512, to: 0 },
    { kind: "attribute", op: "update", name: "visibility", from: "private", to: "shared" },
    { kind: "attribute", op: "update", name: "protected", from: false, to: true },
    { kind: "attribute", op: "update", name: "hidden", from: false, to: true },
    { kind: "attribute", op: "update", name: "description", from: null, to: "Golden" },
    { kind: "property", op: "add", name: "os_distro", to: "debian" },
    { kind: "property", op: "update", name: "hw_disk_bus", from: "ide", to: "scsi" },
    { kind: "property", op: "delete", name: "gone", from: "1" },
    { kind: "tag", op: "add", tag: "new" },
    { kind: "tag", op: "delete", tag: "old" },
  ]);
  expect(updated.name).toBe("new");
  const [get, patch] = network.calls;
  expect(get).toMatchObject({
    body: undefined,
    headers: { accept: "application/json", "x-auth-token": TOKEN },
  });
  expect(get?.headers["content-type"]).toBeUndefined();
  expect(patch?.headers).toEqual({
    accept: "application/json",
    "content-length": expect.any(String),
    "content-type": PATCH_TYPE,
    "x-auth-token": TOKEN,
  });
  expect(patch?.body).toEqual([
    { op: "replace", path: "/name", value: "new" },
    { op: "replace", path: "/min_disk", value: 4 },
    { op: "replace", path: "/min_ram", value: 0 },
    { op: "replace", path: "/visibility", value: "shared" },
    { op: "replace", path: "/protected", value: true },
    { op: "replace", path: "/os_hidden", value: true },
    { op: "add", path: "/description", value: "Golden" },
    { op: "add", path: "/os_distro", value: "debian" },
    { op: "add", path: "/hw_disk_bus", value: "scsi" },
    { op: "remove", path: "/gone" },
    { op: "replace", path: "/tags", value: ["kept", "new"] },
  ]);
});

it.each<[string, readonly MetadataOperation[]]>([
  ["no operations", []],
  ["the removal of a property that is gone already", [{ kind: "property", op: "delete", name: "gone" }]],
  [
    "the removal of a description that is gone already",
    [{ kind: "attribute", op: "update", name: "description", from: "x", to: "" }],
  ],
])("writes nothing for %s", async (_what, operations) => {
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { json: wireImage() });
  expect(await glance().update(ID, operations)).toMatchObject({ id: ID });
});

it("an image that is gone is a 404, and no PATCH", async () => {
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { status: 404 });
  const error = await rejectionOf(glance().update(ID, [{ kind: "tag", op: "add", tag: "a" }]));
  expect(error).toMatchObject({ code: "ERR_HTTP_NOT_FOUND", status: 404, method: "GET" });
});

it("a PATCH that is refused isn't made again", async () => {
  const network = mockNetwork();
  network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage() });
  network.expect(`PATCH ${IMAGES}/${ID}`, { status: 409, json: { message: "Property x already present." } });
  const error = await rejectionOf(glance().update(ID, [{ kind: "property", op: "add", name: "x", to: "1" }]));
  expect(error).toMatchObject({ code: "ERR_HTTP_CONFLICT", method: "PATCH", retryable: false });
});
