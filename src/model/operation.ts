/** The fields of a spec that are compared one by one. */
export const ATTRIBUTES = [
  "name",
  "id",
  "region",
  "containerFormat",
  "diskFormat",
  "minDiskGb",
  "minRamMb",
  "visibility",
  "protected",
  "hidden",
  "description",
] as const;

/** A field of a spec that is compared as a whole. */
export type AttributeName = (typeof ATTRIBUTES)[number];

/** A change of one attribute. `from` is `null` where there was none. */
export interface AttributeOperation {
  readonly kind: "attribute";
  readonly op: "update";
  readonly name: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A change of one property. */
export interface PropertyOperation {
  readonly kind: "property";
  readonly op: "add" | "update" | "delete";
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** A change of one tag. */
export interface TagOperation {
  readonly kind: "tag";
  readonly op: "add" | "delete";
  readonly tag: string;
}

/** A change of one member. */
export interface MemberOperation {
  readonly kind: "member";
  readonly op: "add" | "delete";
  readonly project: string;
}

/** One step from what is to what should be. */
export type Operation = AttributeOperation | PropertyOperation | TagOperation | MemberOperation;
