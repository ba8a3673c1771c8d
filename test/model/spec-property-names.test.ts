import { describe, expect, it } from "vitest";
import { issuesOfSpec, parsedProperties } from "./issues.ts";

/** Answered 200 and not stored, or answered 500 or 404. */
const SWALLOWED = ["context", "delete", "member", "helper", "notifier", "set_data", "get_data", "deactivate"];
const CRASHING = ["base", "extra_properties", "__class__", "image_id"];
/** Refused at creation. */
const DISALLOWED = ["direct_url", "self", "file", "schema", "stores"];
/** Refused in a change. */
const READ_ONLY = [
  "created_at",
  "updated_at",
  "status",
  "checksum",
  "size",
  "virtual_size",
  "direct_url",
  "self",
  "file",
  "schema",
  "id",
  "os_hash_algo",
  "os_hash_value",
];
const RESERVED = ["location", "deleted", "deleted_at", "owner", "locations"];
const NAMESPACE = [
  "os_glance",
  "os_glancefoo",
  "os_glance_import_task",
  "os_glance_importing_to_stores",
  "os_glance_failed_import",
  "os_glance_stage_host",
  "os_glance_staging_store",
  "os_glance_hash_op_host",
];
/** Fields of the image, with the field of the spec that sets them. */
const BASE: readonly (readonly [name: string, field: string])[] = [
  ["container_format", "containerFormat"],
  ["disk_format", "diskFormat"],
  ["min_disk", "minDiskGb"],
  ["min_ram", "minRamMb"],
  ["name", "name"],
  ["tags", "tags"],
  ["visibility", "visibility"],
  ["protected", "protected"],
  ["os_hidden", "hidden"],
];
const MANGLED = [
  "",
  " ",
  " a",
  "a ",
  "\ta",
  "a\n",
  "\u00a0a",
  "a\u001c",
  "\u0085a",
  "n".repeat(256),
  "🐧",
  "\0",
];

describe("a property's name is refused", () => {
  it.each([...SWALLOWED, ...CRASHING])("when Glance swallows it: %s", isRefused);
  it.each([...new Set([...DISALLOWED, ...READ_ONLY, ...RESERVED])])(
    "when only the cloud writes it: %s",
    isRefused,
  );
  it.each(NAMESPACE)("in the namespace of the cloud: %s", isRefused);
  it.each(MANGLED.map((name) => [name]))("when Glance refuses or mangles it: %j", isRefused);
  it.each(BASE)("when it is a field of the image: %s, with %s as advice", (name, field) => {
    expect(refused(name)).toContain(`"${field}"`);
  });
  it.each(["imagewright.source", "imagewright.replaces"])("when this library writes it: %s", isRefused);
  it("when JavaScript can't carry it through, rather than losing it in silence", () => {
    refused("__proto__");
  });
});

describe("a property's name is the user's", () => {
  it.each([
    "os_distro",
    "os_version",
    "os_type",
    "os_hash",
    "os_hidden_reason",
    "hw_disk_bus",
    "hw_scsi_model",
    "owner_specified.openstack.md5",
    "owner_specified.openstack.sha256",
    "img_signature",
    "img_signature_hash_method",
    "base_image_ref",
    "boot_roles",
    "image_type",
    "image_location",
    "user_id",
    "owner_id",
    "owner_project_name",
    "owner_user_name",
    "instance_uuid",
    "trait:CUSTOM",
    "a/b",
    "~",
    "a b",
    "Foo",
    "日本語",
    "n".repeat(255),
    "constructor",
    "toString",
    "hasOwnProperty",
    "imagewright.other",
    "glance_os",
    "metadata",
  ])("%s", (name) => {
    expect(issuesOfSpec({ properties: { [name]: "1" } })).toEqual([]);
    expect(parsedProperties({ [name]: "1" })).toEqual({ [name]: "1" });
  });

  it("in upper and lower case, both kept", () => {
    expect(parsedProperties({ Foo: "1", foo: "2" })).toEqual({ Foo: "1", foo: "2" });
  });
});

function isRefused(name: string): void {
  refused(name);
}

/** Expects one issue at the property's own path, and hands its message on. */
function refused(name: string): string {
  const [issue, ...others] = issuesOfSpec({ properties: Object.fromEntries([[name, "1"]]) });
  expect(issue?.path).toEqual(["properties", name]);
  expect(others).toEqual([]);
  return issue?.message ?? "";
}
