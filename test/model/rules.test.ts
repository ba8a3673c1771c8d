import { describe, expect, it } from "vitest";
import {
  forcesReplacement,
  glanceRules,
  isAddedProperty,
  isCloudsAffair,
  isCreationProperty,
  isServerProperty,
  mayHaveMembers,
  needsData,
  type Operation,
  type Rules,
} from "../../src/model/index.ts";

const RULES: Rules = {
  ...glanceRules,
  serverProperties: { names: ["owner"], prefixes: ["os_glance"] },
  addedProperties: { names: ["added"], prefixes: ["__"] },
  creationProperties: { shown: ["os_version"], unseen: ["init"] },
  changesWithData: { attributes: ["minRamMb"], properties: ["hw_firmware_type"] },
};

describe("the properties of a cloud", () => {
  it.each([
    ["owner", true],
    ["os_glance_import_task", true],
    ["owner_specified", false],
    ["added", false],
    ["my_os_glance", false],
  ])("are the server's: %s (%s)", (name, expected) => {
    expect(isServerProperty(name, RULES)).toBe(expected);
  });
  it.each([
    ["added", true],
    ["__os_type", true],
    ["added_too", false],
    ["owner", false],
  ])("are added by it: %s (%s)", (name, expected) => {
    expect(isAddedProperty(name, RULES)).toBe(expected);
    expect(isAddedProperty(name, glanceRules)).toBe(false);
  });
  it("are its own affair, unless a spec declares what it adds", () => {
    const declared = { added: "1", owner: "p" };
    const affair = (name: string, spec?: object) => isCloudsAffair(name, RULES, { ...spec });
    expect(["owner", "added", "__x", "mine"].map((name) => affair(name))).toEqual([true, true, true, false]);
    expect(["owner", "added", "__x", "mine"].map((name) => affair(name, declared))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(isCloudsAffair("added", RULES)).toBe(true);
  });
  it("may be for a creation only, shown or not", () => {
    expect(isCreationProperty("os_version", "shown", RULES)).toBe(true);
    expect(isCreationProperty("os_version", "unseen", RULES)).toBe(false);
    expect(isCreationProperty("init", "unseen", RULES)).toBe(true);
    expect(isCreationProperty("init", "unseen", glanceRules)).toBe(false);
  });
});

it.each<[boolean, Operation]>([
  [true, { kind: "attribute", op: "update", name: "minRamMb", from: 0, to: 1 }],
  [false, { kind: "attribute", op: "update", name: "minDiskGb", from: 0, to: 1 }],
  [true, { kind: "property", op: "add", name: "hw_firmware_type", to: "uefi" }],
  [false, { kind: "property", op: "add", name: "minRamMb", to: "1" }],
  [false, { kind: "tag", op: "add", tag: "minRamMb" }],
  [false, { kind: "member", op: "add", project: "minRamMb" }],
])("a change needs data (%s): %j", (expected, operation) => {
  expect(needsData(operation, RULES)).toBe(expected);
  expect(needsData(operation, glanceRules)).toBe(false);
});

it.each(["public", "private", "shared", "community", undefined] as const)(
  "who may have members by the visibility: %s",
  (visibility) => {
    const image = visibility === undefined ? {} : { visibility };
    expect(mayHaveMembers(image, RULES)).toBe(visibility === "shared");
    expect(mayHaveMembers(image, { ...RULES, sharesPrivateImages: true })).toBe(true);
  },
);

it.each([
  ["id", "queued", true],
  ["id", "active", true],
  ["diskFormat", "queued", false],
  ["diskFormat", "active", true],
  ["name", "active", false],
])("whether a change of %s of an image that is %s replaces it: %s", (name, status, expected) => {
  expect(forcesReplacement(name, status, RULES)).toBe(expected);
});
