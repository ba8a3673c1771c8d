import { applyOperations } from "../../model/index.ts";
import type { MetadataOperation } from "../backend.ts";
import { refusal } from "../record.ts";
import type { WantedField } from "./patch-steps.ts";
import { PROPERTIES } from "./properties.ts";
import { huaweicloudRules } from "./rules.ts";
import { type Tags, tagsOf } from "./tags.ts";
import type { WireImage } from "./wire.ts";

/** What an update comes to. */
export interface Changes {
  readonly fields: readonly WantedField[];
  /** `undefined`: they stay. */
  readonly tags: Tags | undefined;
  /** `undefined`: it stays. */
  readonly enterpriseProjectId: string | undefined;
}

const FIELDS: Readonly<Record<string, string>> = {
  name: "name",
  description: "__description",
  minRamMb: "min_ram",
};

/**
 * What operations come to, for an image as it is.
 *
 * @throws HttpError `ERR_HTTP_FORBIDDEN` for what nobody can change, `ERR_HTTP_CONFLICT` for what an image without data
 *   doesn't take.
 */
export function changesOf(image: WireImage, operations: readonly MetadataOperation[]): Changes {
  const fields = operations.flatMap((operation) => fieldOf(image, operation));
  const migration = operations.find(
    (operation) => operation.kind === "property" && PROPERTIES[operation.name]?.changes === "migration",
  );
  const tagOperations = operations.filter(({ kind }) => kind === "tag");
  const { tags } = applyOperations({ properties: {}, tags: [...(image.tags ?? [])] }, tagOperations);
  return {
    fields,
    tags: tagOperations.length === 0 ? undefined : tagsOf(preferred(tags, tagOperations)),
    enterpriseProjectId:
      migration?.kind === "property" ? (migration.op === "delete" ? "0" : (migration.to ?? "0")) : undefined,
  };
}

/** Of two values of a key the one that is added counts: it comes last. */
function preferred(tags: readonly string[], operations: readonly MetadataOperation[]): readonly string[] {
  const added = operations.flatMap((operation) =>
    operation.kind === "tag" && operation.op === "add" ? [operation.tag] : [],
  );
  return [...tags.filter((tag) => !added.includes(tag)), ...added];
}

function fieldOf(image: WireImage, operation: MetadataOperation): readonly WantedField[] {
  if (operation.kind === "tag") return [];
  const { kind, name } = operation;
  const isProperty = kind === "property";
  const property = isProperty && Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
  if (property?.changes === "migration") return [];
  const field = isProperty ? (property?.changes === "update" ? name : undefined) : FIELDS[name];
  if (field === undefined) throw fixed(image.id, isProperty ? `properties.${name}` : name);
  const { attributes, properties } = huaweicloudRules.changesWithData ?? { attributes: [], properties: [] };
  const waits = isProperty ? properties.includes(name) : attributes.some((each) => each === name);
  if (waits && image.status !== "active")
    throw refusal(
      409,
      `The ${field} of image ${image.id} can only be changed when it has data: it is ${image.status}`,
    );
  if (kind === "property") {
    const value = operation.op === "delete" ? undefined : (operation.to ?? "");
    return [{ name: field, value: value === undefined ? undefined : sentAs(property?.send?.(value), value) }];
  }
  const to = operation.to;
  return [{ name: field, value: typeof to === "number" ? to : String(to ?? "") }];
}

function sentAs(sent: unknown, text: string): string | number {
  return typeof sent === "number" ? sent : text;
}

function fixed(id: string, name: string) {
  if (name === "protected") return refusal(403, protectionKept(id));
  return refusal(
    403,
    `The ${name} of image ${id} can't be changed on Huawei Cloud: only name, description, minRamMb, tags, and the properties max_ram, hw_firmware_type and enterprise_project_id can`,
  );
}

/** Why a protected image stays so. */
export function protectionKept(id: string): string {
  return `Image ${id} is protected for good, as far as Huawei Cloud's API is known: only its console may lift that`;
}
