import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vkcsRules } from "../../../src/backends/vkcs/rules.ts";
import { applyOperations, type Image, isCloudsAffair } from "../../../src/model/index.ts";
import { type ReconcileOptions, reconcile } from "../../../src/reconcile/index.ts";
import { replacingImage } from "../../../src/reconcile/make-plan/new-image.ts";
import { imageOf } from "../support/images.ts";

/** What VK Cloud, its services and openstackclient leave on images. */
const ADDED = [
  "base_image_ref",
  "boot_roles",
  "image_location",
  "image_state",
  "image_type",
  "instance_uuid",
  "owner_project_name",
  "owner_user_name",
  "owner_specified.openstack.md5",
  "owner_specified.openstack.object",
  "user_id",
];

const planned = (properties: Record<string, string>, image: Image, options: ReconcileOptions = {}) =>
  reconcile({ name: "debian", properties }, image, { rules: vkcsRules, ...options });

describe.each(ADDED)("%s, which the cloud adds,", (name) => {
  const image = imageOf({ properties: { [name]: "1", mine: "1" } });

  it("is no drift where the spec doesn't declare it", () => {
    expect(planned({ mine: "1" }, image).action).toBe("none");
    expect(planned({}, image).operations).toEqual([
      { kind: "property", op: "delete", name: "mine", from: "1" },
    ]);
  });

  it("is the user's where the spec declares it", () => {
    expect(planned({ mine: "1", [name]: "1" }, image).action).toBe("none");
    expect(planned({ mine: "1", [name]: "2" }, image).operations).toEqual([
      { kind: "property", op: "update", name, from: "1", to: "2" },
    ]);
    expect(planned({ [name]: "1" }, imageOf()).operations).toEqual([
      { kind: "property", op: "add", name, to: "1" },
    ]);
  });

  it("goes when an earlier spec declared it and this one doesn't", () => {
    const plannedAfter = (previous: readonly string[]) =>
      planned({ mine: "1" }, image, { properties: { previous } }).operations;
    expect(plannedAfter([name])).toEqual([{ kind: "property", op: "delete", name, from: "1" }]);
    expect(plannedAfter(["mine"])).toEqual([]);
  });

  it("makes a plan stale only where the spec declares it", () => {
    const changed = imageOf({ properties: { [name]: "2", mine: "1" } });
    expect(planned({ mine: "1" }, changed).basis).toBe(planned({ mine: "1" }, image).basis);
    expect(planned({ [name]: "2" }, changed).basis).not.toBe(planned({ [name]: "2" }, image).basis);
  });

  it("isn't taken over by a replacement unless it is declared", () => {
    const replaced = (declared: Record<string, string>) =>
      replacingImage(image, [], {
        id: "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
        sourceRecord: undefined,
        isCloudsAffair: (one) => isCloudsAffair(one, vkcsRules, declared),
        keepsActual: false,
      }).properties;
    expect(replaced({})).toEqual({ mine: "1" });
    expect(replaced({ [name]: "1" })).toEqual({ mine: "1", [name]: "1" });
  });

  it("is a property like any other of a plain Glance", () => {
    expect(reconcile({ name: "debian", properties: { mine: "1" } }, image).operations).toEqual([
      { kind: "property", op: "delete", name, from: "1" },
    ]);
  });
});

it("whatever the cloud added, a plan on its own result is none, and what is declared is there", () => {
  const names = fc.constantFrom(...ADDED, "store", "os_distro", "mine");
  const properties = fc.dictionary(names, fc.constantFrom("1", "2"));
  const declared = fc.dictionary(
    names.filter((name) => name !== "store"),
    fc.constantFrom("1", "2"),
  );
  fc.assert(
    fc.property(declared, properties, (desired, actual) => {
      const image = imageOf({ properties: actual });
      const after = applyOperations(image, planned(desired, image).operations);
      expect(planned(desired, after).action).toBe("none");
      expect(after.properties).toMatchObject(desired);
      const undeclared = Object.keys(after.properties).filter((name) => !Object.hasOwn(desired, name));
      expect(undeclared.every((name) => isCloudsAffair(name, vkcsRules))).toBe(true);
    }),
  );
});

it.each(["store", "stores", "direct_url", "locations", "os_glance_import_task"])(
  "%s is VK Cloud's alone",
  (name) => {
    const image = imageOf({ properties: { [name]: "1" } });
    expect(planned({}, image).action).toBe("none");
    expect(planned({}, image, { properties: { previous: [name] } }).action).toBe("none");
  },
);

it.each([
  "os_type",
  "os_distro",
  "os_admin_user",
  "os_require_quiesce",
  "mcs_name",
  "mcs_os_distro",
  "hw_qemu_guest_agent",
  "hw_vif_model",
  "owner_specified",
  "image_states",
])("%s is the user's", (name) => {
  const image = imageOf({ properties: { [name]: "1" } });
  expect(planned({}, image).operations).toEqual([{ kind: "property", op: "delete", name, from: "1" }]);
});
