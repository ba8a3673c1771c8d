import type { Image } from "./image.ts";
import type { Operation } from "./operation.ts";
import { sortedSet } from "./order.ts";

/** What a set of operations can change. */
export type Changeable = Pick<Image, "properties" | "tags" | "members">;

/** The image after these operations: the meaning of an operation, and the reference for every backend. */
export function applyOperations<Subject extends Changeable>(
  image: Subject,
  operations: readonly Operation[],
): Subject {
  const attributes: Record<string, unknown> = {};
  const properties = new Map(Object.entries(image.properties));
  const tags = new Set(image.tags);
  const members = new Set(image.members);
  for (const operation of operations) {
    switch (operation.kind) {
      case "attribute":
        attributes[operation.name] = operation.to;
        break;
      case "property":
        if (operation.op === "delete") properties.delete(operation.name);
        else properties.set(operation.name, operation.to ?? "");
        break;
      case "tag":
        if (operation.op === "delete") tags.delete(operation.tag);
        else tags.add(operation.tag);
        break;
      case "member":
        if (operation.op === "delete") members.delete(operation.project);
        else members.add(operation.project);
        break;
      default:
        operation satisfies never;
    }
  }
  const changed = {
    ...image,
    ...attributes,
    properties: Object.fromEntries(properties),
    tags: sortedSet(tags),
  };
  return image.members === undefined && members.size === 0
    ? changed
    : { ...changed, members: sortedSet(members) };
}
