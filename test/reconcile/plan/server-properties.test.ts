import { describe, expect, it } from "vitest";
import { glanceRules } from "../../../src/model/index.ts";
import { reconcile } from "../../../src/reconcile/index.ts";
import { imageOf } from "../support/images.ts";

/** Only the server writes these: the lists that Glance refuses from users, and its namespace. */
const SERVER = [
  "checksum",
  "created_at",
  "deleted",
  "deleted_at",
  "direct_url",
  "file",
  "id",
  "location",
  "locations",
  "os_hash_algo",
  "os_hash_value",
  "owner",
  "schema",
  "self",
  "size",
  "status",
  "stores",
  "updated_at",
  "virtual_size",
  "os_glance",
  "os_glancefoo",
  "os_glance_failed_import",
  "os_glance_hash_op_host",
  "os_glance_import_task",
  "os_glance_importing_to_stores",
  "os_glance_stage_host",
  "os_glance_staging_store",
];

/** They look like the server's, and are the user's. */
const USERS = [
  "os_distro",
  "os_version",
  "os_type",
  "os_admin_user",
  "os_require_quiesce",
  "os_secure_boot",
  "os_hash",
  "hw_disk_bus",
  "hw_qemu_guest_agent",
  "hw_vif_multiqueue_enabled",
  "owner_id",
  "owner_project_name",
  "owner_specified.openstack.md5",
  "owner_specified.openstack.object",
  "img_signature",
  "img_signature_certificate_uuid",
  "base_image_ref",
  "boot_roles",
  "image_type",
  "image_location",
  "instance_uuid",
  "user_id",
  "imagewright.other",
];

describe.each(SERVER)("the server's %s is never an operation", (name) => {
  const image = imageOf({ properties: { [name]: "1", mine: "1" } });
  it("when the spec doesn't declare it", () => {
    expect(reconcile({ name: "debian", properties: { mine: "1" } }, image).action).toBe("none");
    expect(reconcile({ name: "debian", properties: {} }, image).operations).toEqual([
      { kind: "property", op: "delete", name: "mine", from: "1" },
    ]);
    expect(
      reconcile({ name: "debian", properties: { mine: "1" } }, image, { properties: { previous: [name] } })
        .action,
    ).toBe("none");
  });
  it("as the spec can't declare it", () => {
    expect(() => reconcile({ name: "debian", properties: { [name]: "2" } }, image)).toThrow(
      expect.objectContaining({ code: "ERR_SPEC_INVALID" }),
    );
  });
});

describe.each(USERS)("the user's %s is managed in full", (name) => {
  it("added, changed and deleted", () => {
    const kinds = [
      reconcile({ name: "debian", properties: { [name]: "1" } }, imageOf()),
      reconcile({ name: "debian", properties: { [name]: "2" } }, imageOf({ properties: { [name]: "1" } })),
      reconcile({ name: "debian", properties: {} }, imageOf({ properties: { [name]: "1" } })),
    ].map(({ operations }) => operations);
    expect(kinds).toEqual([
      [{ kind: "property", op: "add", name, to: "1" }],
      [{ kind: "property", op: "update", name, from: "1", to: "2" }],
      [{ kind: "property", op: "delete", name, from: "1" }],
    ]);
  });
});

it.each(["imagewright.source", "imagewright.replaces"])(
  "the library's own %s is never an operation",
  (name) => {
    const image = imageOf({ properties: { [name]: "sha256:00" } });
    expect(reconcile({ name: "debian", properties: {} }, image).action).toBe("none");
    expect(
      reconcile({ name: "debian", properties: {} }, image, { properties: { previous: [name] } }).action,
    ).toBe("none");
  },
);

it("another cloud may have names of its own", () => {
  const rules = { ...glanceRules, serverProperties: { names: ["mcs_name"], prefixes: ["__vendor_"] } };
  const image = imageOf({ properties: { mcs_name: "1", __vendor_x: "1", owner: "1" } });
  expect(reconcile({ name: "debian", properties: {} }, image, { rules }).operations).toEqual([
    { kind: "property", op: "delete", name: "owner", from: "1" },
  ]);
});
