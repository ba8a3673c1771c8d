import { inspect } from "node:util";
import { expect, it } from "vitest";
import {
  compareStrings,
  forcesReplacement,
  glanceRules,
  type Image,
  isBusy,
  isGone,
  isServerProperty,
  sortedSet,
  withRaw,
} from "../../src/model/index.ts";

const IMAGE: Image = { id: "i", name: "n", status: "active", properties: {}, tags: [] };

it("the answer as it came can be read, and is out of sight of everything that prints or copies", () => {
  const image = withRaw(IMAGE, { direct_url: "rbd://hunter2" });
  expect(image.raw).toEqual({ direct_url: "rbd://hunter2" });
  expect(Object.keys(image)).toEqual(Object.keys(IMAGE));
  expect(image).toEqual(IMAGE);
  for (const printed of [JSON.stringify(image), inspect(image, { depth: 9 }), inspect({ ...image })]) {
    expect(printed).not.toContain("hunter2");
  }
});

it.each([
  ["queued", false, false],
  ["saving", true, false],
  ["uploading", true, false],
  ["importing", true, false],
  ["active", false, false],
  ["deactivated", false, false],
  ["killed", false, false],
  ["deleted", false, true],
  ["pending_delete", false, true],
  ["of another cloud", false, false],
])("%s: data on its way %s, gone %s", (status, busy, gone) => {
  expect(isBusy(status)).toBe(busy);
  expect(isGone(status)).toBe(gone);
});

it("formats change in place only while there is no data, an id and a region never", () => {
  for (const name of ["containerFormat", "diskFormat"]) {
    expect(forcesReplacement(name, "queued", glanceRules)).toBe(false);
    expect(forcesReplacement(name, "active", glanceRules)).toBe(true);
  }
  for (const name of ["id", "region"]) expect(forcesReplacement(name, "queued", glanceRules)).toBe(true);
  for (const name of ["name", "minDiskGb", "visibility", "protected", "hidden", "description"])
    expect(forcesReplacement(name, "active", glanceRules)).toBe(false);
});

it("a prefix is not a rule: only os_glance and the listed names are the server's", () => {
  for (const name of ["os_glance", "os_glancefoo", "os_hash_algo", "owner", "direct_url"])
    expect(isServerProperty(name, glanceRules), name).toBe(true);
  for (const name of ["os_distro", "os_hash", "hw_disk_bus", "owner_id", "image_type", "constructor"])
    expect(isServerProperty(name, glanceRules), name).toBe(false);
});

it("the server's properties may begin in several ways", () => {
  const rules = { ...glanceRules, serverProperties: { names: ["mcs_name"], prefixes: ["__a_", "__b_"] } };
  for (const name of ["mcs_name", "__a_x", "__b_x"]) expect(isServerProperty(name, rules), name).toBe(true);
  for (const name of ["mcs_name2", "a__a_", "owner"]) expect(isServerProperty(name, rules), name).toBe(false);
});

it("strings are ordered the same on every machine", () => {
  expect(["b", "a", "B", "ä", "z"].sort(compareStrings)).toEqual(["B", "a", "b", "z", "ä"]);
  expect(sortedSet(["b", "a", "b"])).toEqual(["a", "b"]);
});
