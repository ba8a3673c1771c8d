import {
  ATTRIBUTES,
  type AttributeName,
  type AttributeOperation,
  type Image,
  type ImageSpec,
  isAddedProperty,
  isCreationProperty,
  isServerProperty,
  type MemberOperation,
  OWN_PROPERTIES,
  type PropertyOperation,
  type Rules,
  sortedSet,
  type TagOperation,
} from "../../model/index.ts";
import { isOwned, type Ownership } from "./ownership.ts";

/** What a cloud that doesn't report an attribute is taken to have. */
const DEFAULTS: Partial<Record<AttributeName, unknown>> = {
  minDiskGb: 0,
  minRamMb: 0,
  protected: false,
  hidden: false,
  description: "",
};

/** The attributes that differ. With no image: all that the spec declares. */
export function diffAttributes(desired: ImageSpec, actual: Image | undefined): AttributeOperation[] {
  const operations: AttributeOperation[] = [];
  for (const name of ATTRIBUTES) {
    const to = desired[name];
    if (to === undefined) continue;
    const from = actual === undefined ? undefined : (actual[name] ?? DEFAULTS[name]);
    const unreported = actual !== undefined && name === "region" && from === undefined;
    if (unreported || isSame(name, from, to)) continue;
    operations.push({ kind: "attribute", op: "update", name, from: from ?? null, to });
  }
  return operations;
}

/** The properties that differ, in the order of their names. */
export function diffProperties(
  desired: ImageSpec["properties"],
  actual: Image["properties"],
  ownership: Ownership<unknown>,
  rules: Rules,
): PropertyOperation[] {
  if (desired === undefined) return [];
  const wanted = new Map(Object.entries(desired));
  const present = new Map(Object.entries(actual));
  const differing = [...wanted.keys(), ...present.keys()].filter(
    (name) => wanted.get(name) !== present.get(name),
  );
  const operations: PropertyOperation[] = [];
  for (const name of sortedSet(differing)) {
    if (OWN_PROPERTIES.includes(name) || isServerProperty(name, rules)) continue;
    if (isCreationProperty(name, "unseen", rules)) continue;
    const to = wanted.get(name);
    const from = present.get(name);
    if (from === undefined) {
      if (to !== undefined) operations.push({ kind: "property", op: "add", name, to });
    } else if (to !== undefined) {
      operations.push({ kind: "property", op: "update", name, from, to });
    } else if (isDeleted(name, ownership, rules) && !isCreationProperty(name, "shown", rules)) {
      operations.push({ kind: "property", op: "delete", name, from });
    }
  }
  return operations;
}

/** The properties that a new image is told, and that nothing shows later, in the order of their names. */
export function unseenProperties(desired: ImageSpec["properties"], rules: Rules): PropertyOperation[] {
  return sortedSet(Object.keys(desired ?? {}))
    .filter((name) => isCreationProperty(name, "unseen", rules))
    .map((name) => ({ kind: "property", op: "add", name, to: desired?.[name] ?? "" }));
}

/** What the cloud added is deleted only where somebody is known to have declared it. */
function isDeleted(name: string, ownership: Ownership<unknown>, rules: Rules): boolean {
  return isOwned(name, ownership === "all" && isAddedProperty(name, rules) ? "declared" : ownership);
}

/** The tags that differ, in their order. */
export function diffTags(
  desired: ImageSpec["tags"],
  actual: Image["tags"],
  ownership: Ownership<unknown>,
): TagOperation[] {
  return diffSets(desired, actual, ownership).map(([op, tag]) => ({ kind: "tag", op, tag }));
}

/** The members that differ, in the order of their ids. */
export function diffMembers(desired: ImageSpec["members"], actual: Image["members"]): MemberOperation[] {
  return diffSets(desired, actual ?? [], "all").map(([op, project]) => ({ kind: "member", op, project }));
}

function diffSets(
  desired: readonly string[] | undefined,
  actual: readonly string[],
  ownership: Ownership<unknown>,
): ["add" | "delete", string][] {
  if (desired === undefined) return [];
  const wanted = new Set(desired);
  const present = new Set(actual);
  const added = [...wanted].filter((member) => !present.has(member));
  const deleted = [...present].filter((member) => !wanted.has(member) && isOwned(member, ownership));
  return [...added, ...deleted].sort().map((member) => [wanted.has(member) ? "add" : "delete", member]);
}

function isSame(name: AttributeName, from: unknown, to: unknown): boolean {
  if (name === "id" && typeof from === "string") return from.toLowerCase() === to;
  return from === to;
}
