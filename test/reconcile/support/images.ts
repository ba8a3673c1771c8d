import { applyOperations, type Image, type ImageSpec } from "../../../src/model/index.ts";
import type { Plan } from "../../../src/reconcile/index.ts";

/** The id of every image here, unless another is asked for. */
export const ID = "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9";

/** An active image, with what is given. */
export function imageOf(fields: Partial<Image> = {}): Image {
  return { id: ID, name: "debian", status: "active", properties: {}, tags: [], ...fields };
}

/** The image that a plan leaves behind. */
export function resultOf(plan: Plan, actual: Image | undefined): Image {
  const blank: Image = { id: "", name: "", status: "active", properties: {}, tags: [] };
  return applyOperations(actual ?? blank, plan.operations);
}

/** What clouds have where nothing was said. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  minDiskGb: 0,
  minRamMb: 0,
  protected: false,
  hidden: false,
  description: "",
};

/** What an image has of the fields that a spec manages. */
export function managedOf(image: Image, spec: ImageSpec): object {
  const fields = new Map<string, unknown>(Object.entries(image));
  const { properties, tags, members, ...attributes } = attributesAndSets(spec);
  return {
    ...Object.fromEntries(Object.keys(attributes).map((name) => [name, fields.get(name) ?? DEFAULTS[name]])),
    ...(properties === undefined ? {} : { properties: usersOf(image) }),
    ...(tags === undefined ? {} : { tags: setOf(image.tags) }),
    ...(members === undefined ? {} : { members: setOf(image.members) }),
  };
}

/** What a spec declares, in the form of {@link managedOf}. */
export function declaredBy(spec: ImageSpec): object {
  const { tags, members, ...fields } = attributesAndSets(spec);
  return {
    ...fields,
    ...(tags === undefined ? {} : { tags: setOf(tags) }),
    ...(members === undefined ? {} : { members: setOf(members) }),
  };
}

/** The spec without what is about the way of its data. */
function attributesAndSets({ source, verifyChecksum, decompress, convert, ...fields }: ImageSpec): ImageSpec {
  return fields;
}

/** The properties of users: neither the server's nor the library's. */
function usersOf({ properties }: Image): object {
  const others = ["owner", "stores", "imagewright.source"];
  const names = Object.entries(properties).filter(
    ([name]) => !name.startsWith("os_glance") && !others.includes(name),
  );
  return Object.fromEntries(names);
}

function setOf(members: readonly string[] = []): readonly string[] {
  return [...new Set(members)].sort();
}
