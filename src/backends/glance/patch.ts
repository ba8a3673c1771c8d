import { applyOperations, type Image } from "../../model/index.ts";
import type { MetadataOperation } from "../backend.ts";

/** One step of a PATCH of type `application/openstack-images-v2.1-json-patch`. */
export type PatchStep =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** The media type: any other is answered 415. */
export const PATCH_TYPE = "application/openstack-images-v2.1-json-patch";

/** What an attribute is called on the wire. */
const NAMES: Readonly<Record<string, string>> = {
  name: "name",
  containerFormat: "container_format",
  diskFormat: "disk_format",
  minDiskGb: "min_disk",
  minRamMb: "min_ram",
  visibility: "visibility",
  protected: "protected",
  hidden: "os_hidden",
};

/**
 * The body of the one PATCH that does all operations.
 *
 * @param image The image as it was just read: tags are written as a whole.
 */
export function patchOf(image: Image, operations: readonly MetadataOperation[]): PatchStep[] {
  const steps = operations.flatMap((operation) => stepOf(operation, image) ?? []);
  if (!operations.some(({ kind }) => kind === "tag")) return steps;
  return [...steps, { op: "replace", path: "/tags", value: applyOperations(image, operations).tags }];
}

function stepOf(operation: MetadataOperation, image: Image): PatchStep | undefined {
  switch (operation.kind) {
    case "attribute":
      return attributeStep(operation.name, operation.to, image);
    case "property":
      return propertyStep(
        operation.name,
        operation.op === "delete" ? undefined : (operation.to ?? ""),
        image,
      );
    case "tag":
      return undefined;
    default:
      return operation satisfies never;
  }
}

function attributeStep(name: string, to: unknown, image: Image): PatchStep | undefined {
  if (name === "description") {
    if (to !== "" && to !== null) return { op: "add", path: "/description", value: to };
    return image.description === undefined ? undefined : { op: "remove", path: "/description" };
  }
  const path = NAMES[name];
  return { op: "replace", path: pointer(path ?? name), value: to };
}

/** `add` sets what is there and what isn't; `replace` and `remove` are answered 409 where there is nothing. */
function propertyStep(name: string, to: string | undefined, image: Image): PatchStep | undefined {
  if (to !== undefined) return { op: "add", path: pointer(name), value: to };
  return Object.hasOwn(image.properties, name) ? { op: "remove", path: pointer(name) } : undefined;
}

/** RFC 6901, section 3. */
function pointer(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
