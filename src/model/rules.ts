import type { Image, ImageStatus } from "./image.ts";
import { SERVER_PREFIX, SERVER_PROPERTIES } from "./names.ts";
import type { AttributeName, Operation } from "./operation.ts";

/** Some properties: those of these names, and those whose names begin so. */
export interface PropertyNames {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
}

/** The properties that only a creation can be told. */
export interface CreationProperties {
  /** Those that the cloud shows: another value replaces the image. */
  readonly shown: readonly string[];
  /** Those that it shows nobody: they are told to a creation, and never compared. */
  readonly unseen: readonly string[];
}

/** What a cloud can change, and what it keeps to itself. */
export interface Rules {
  /** The attributes that never change in place: a change replaces the image. */
  readonly replaces: readonly AttributeName[];
  /** The attributes that change in place only while the image is `queued`, without data. */
  readonly replacesWithData: readonly AttributeName[];
  /**
   * What changes in place only once the image has data: where a plan fills the image, such changes come after that. An
   * image that stays without data is replaced for them. Default: nothing.
   */
  readonly changesWithData?:
    | { readonly attributes: readonly AttributeName[]; readonly properties: readonly string[] }
    | undefined;
  /** The properties that only the server writes: never an operation, in either direction. */
  readonly serverProperties: PropertyNames;
  /**
   * The properties that the cloud adds of its own accord, and users may write too: they count only where a spec declares
   * them, or an earlier one did (`{ previous }`); else they are neither deleted nor taken over by a replacement.
   * Default: none.
   */
  readonly addedProperties?: PropertyNames | undefined;
  /** The properties that only a creation can be told, by name. Leaving one out changes nothing. Default: none. */
  readonly creationProperties?: CreationProperties | undefined;
  /**
   * Whether an image takes properties of the library's own, such as `imagewright.source`. Without them nothing tells
   * what an image was made from, nor which one it was to replace. Default: `true`.
   */
  readonly keepsRecords?: boolean | undefined;
  /**
   * Whether the cloud stores data as it was sent, so that its size tells whether it is the same. Default: `true`.
   */
  readonly keepsBytes?: boolean | undefined;
  /**
   * Whether two images of a project can't have one name: a replacement is only made when the old image is gone
   * (`onReplace: "delete-first"`). Default: `false`.
   */
  readonly namesAreUnique?: boolean | undefined;
  /** Whether an image has members whatever its visibility. Default: `false`, only `shared` ones have any. */
  readonly sharesPrivateImages?: boolean | undefined;
}

/**
 * Glance's rules: formats are fixed once there is data, an id for ever; the server's properties are those that
 * it refuses from users (`_readonly_properties`, `_reserved_properties`, `_disallowed_properties` and the
 * namespace `os_glance`).
 */
export const glanceRules: Rules = {
  replaces: ["id", "region"],
  replacesWithData: ["containerFormat", "diskFormat"],
  serverProperties: { names: SERVER_PROPERTIES, prefixes: [SERVER_PREFIX] },
};

/** Whether only the server writes the property of this name. */
export function isServerProperty(name: string, { serverProperties }: Rules): boolean {
  return isAmong(name, serverProperties);
}

/** Whether the cloud adds the property of this name of its own accord. */
export function isAddedProperty(name: string, { addedProperties }: Rules): boolean {
  return addedProperties !== undefined && isAmong(name, addedProperties);
}

/**
 * Whether a property is the cloud's own affair: written by the server only, or added by the cloud and not declared.
 *
 * @param declared - The properties of the spec.
 */
export function isCloudsAffair(
  name: string,
  rules: Rules,
  declared: Readonly<Record<string, unknown>> = {},
): boolean {
  return isServerProperty(name, rules) || (isAddedProperty(name, rules) && !Object.hasOwn(declared, name));
}

function isAmong(name: string, { names, prefixes }: PropertyNames): boolean {
  return names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix));
}

/** Whether an image of this visibility can have members. */
export function mayHaveMembers({ visibility }: Pick<Image, "visibility">, rules: Rules): boolean {
  return visibility === "shared" || rules.sharesPrivateImages === true;
}

/** Whether an image in this status would have to be replaced for this attribute to change. */
export function forcesReplacement(name: string, status: ImageStatus, rules: Rules): boolean {
  const fixed = status === "queued" ? rules.replaces : [...rules.replaces, ...rules.replacesWithData];
  return fixed.some((attribute) => attribute === name);
}

/** Whether only a creation can be told the property of this name, which the cloud shows (`shown`) or not (`unseen`). */
export function isCreationProperty(
  name: string,
  kind: keyof CreationProperties,
  { creationProperties }: Rules,
): boolean {
  return creationProperties?.[kind].includes(name) === true;
}

/** Whether a change can be made only when the image has data. */
export function needsData({ kind, ...operation }: Operation, { changesWithData }: Rules): boolean {
  if (changesWithData === undefined || !("name" in operation)) return false;
  const { attributes, properties } = changesWithData;
  const names: readonly string[] = kind === "attribute" ? attributes : properties;
  return names.includes(operation.name);
}
