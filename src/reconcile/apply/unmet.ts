import type { Image, Operation } from "../../model/index.ts";
import { diffAttributes } from "../plan/diff.ts";

/** The operations whose effect an image doesn't show: the cloud swallowed them, or somebody undid them. */
export function unmetOperations<Some extends Operation>(image: Image, operations: readonly Some[]): Some[] {
  return operations.filter((operation) => {
    switch (operation.kind) {
      case "attribute":
        return diffAttributes({ name: image.name, [operation.name]: operation.to }, image).length > 0;
      case "property":
        return propertyOf(image, operation.name) !== (operation.op === "delete" ? undefined : operation.to);
      case "tag":
        return image.tags.includes(operation.tag) !== (operation.op === "add");
      case "member":
        return (image.members ?? []).includes(operation.project) !== (operation.op === "add");
      default:
        return operation satisfies never;
    }
  });
}

function propertyOf({ properties }: Image, name: string): string | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}
