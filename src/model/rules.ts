import type { Image, ImageStatus } from "./image.ts";
import { SERVER_PREFIX, SERVER_PROPERTIES } from "./names.ts";
import type { AttributeName } from "./operation.ts";

/** What a cloud can change, and what it keeps to itself. */
export interface Rules {
  /** The attributes that never change in place: a change replaces the image. */
  readonly replaces: readonly AttributeName[];
  /** The attributes that change in place only while the image is `queued`, without data. */
  readonly replacesWithData: readonly AttributeName[];
  /** The properties that only the server writes: never an operation, in either direction. */
  readonly serverProperties: {
    readonly names: readonly string[];
    readonly prefixes: readonly string[];
  };
  /**
   * Whether an image takes properties of the library's own, such as `imagewright.source`. Without them nothing tells
   * what an image was made from, nor which one it was to replace. Default: `true`.
   */
  readonly keepsRecords?: boolean | undefined;
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
  return (
    serverProperties.names.includes(name) ||
    serverProperties.prefixes.some((prefix) => name.startsWith(prefix))
  );
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
