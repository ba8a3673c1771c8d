import type { Backend } from "../../backends/backend.ts";
import { type ImageSource, type Issue, type Source, SpecError, sourceKind } from "../../model/index.ts";
import type { Plan, PlannedSource } from "./plan.ts";

/** How data goes into the image, as far as the user has a say in it. */
export interface Delivery {
  /** The stores that shall have the data. Default: the cloud's own choice. */
  readonly stores?: readonly string[] | undefined;
  /**
   * Whether a store that can't take the data fails the whole; with `false` the result names the stores that failed.
   * Only with `stores`. Default: `true`.
   */
  readonly allStoresMustSucceed?: boolean | undefined;
  /**
   * How this process hands data over: straight into the store (`upload`), or to a staging area from which the cloud
   * imports it (`glance-direct`), which runs the operator's checks and fills several stores. Default: `upload`;
   * `glance-direct` for several stores.
   */
  readonly method?: "upload" | "glance-direct" | undefined;
  /**
   * With `source.webDownload`: when the cloud refuses or fails to fetch the data, this process does (`client`).
   * Default: that is an error.
   */
  readonly fallback?: "client" | undefined;
}

/** How data goes into an image: by Glance's names; `create-from`: the cloud made the image of data that it had. */
export type DeliveryMethod =
  | "upload"
  | "glance-direct"
  | "web-download"
  | "glance-download"
  | "copy-image"
  | "create-from";

/** How data from a source goes into an image of a cloud. */
export function deliveryMethod(
  source: Source | PlannedSource,
  delivery: Delivery,
  { region, createFrom }: Pick<Backend, "region" | "createFrom">,
): Exclude<DeliveryMethod, "copy-image"> {
  if (isMadeAnew(source, createFrom?.kinds)) return "create-from";
  if ("webDownload" in source) return "web-download";
  return isElsewhere(source, region) ? "glance-download" : clientMethod(delivery);
}

/** Whether a source is an image of another region of the cloud. */
export function isElsewhere(
  source: Source | PlannedSource,
  region: string | undefined,
): source is ImageSource & { readonly region: string } {
  return "imageId" in source && source.region !== undefined && source.region !== region;
}

/**
 * Whether a cloud makes whole images of a source, and so fills none that is there.
 *
 * @param kinds The sources that it makes images of. Volumes and objects can't be had in any other way.
 */
export function isMadeAnew(source: Source | PlannedSource, kinds: readonly string[] = []): boolean {
  const kind = sourceKind(source);
  return kind === "volumeId" || kind === "object" || (kind !== undefined && kinds.includes(kind));
}

/** Whether data goes into an image when this plan is applied. */
export function sendsData({ action, content }: Plan): boolean {
  return action === "create" || action === "replace" || (action === "update" && content === "changed");
}

/** How this process hands data over. */
export function clientMethod({ method, stores = [] }: Delivery): "upload" | "glance-direct" {
  return method ?? (stores.length > 1 ? "glance-direct" : "upload");
}

/** What of it matters for a source, without the rest. */
export function deliveryFor(source: Source | PlannedSource, delivery: Delivery): Delivery {
  const { stores, allStoresMustSucceed, method, fallback } = delivery;
  const cloudSide = "webDownload" in source;
  return {
    ...(stores === undefined ? {} : { stores }),
    ...(stores === undefined || allStoresMustSucceed === undefined ? {} : { allStoresMustSucceed }),
    ...(cloudSide || method === undefined ? {} : { method }),
    ...(cloudSide && fallback !== undefined ? { fallback } : {}),
  };
}

/**
 * Checks what a user, or a plan that comes from anywhere, says of it.
 *
 * @throws SpecError `ERR_SPEC_INVALID` with every issue.
 */
export function checkDelivery(
  delivery: { readonly [Name in keyof Delivery]: unknown },
  subject: string,
): void {
  const { stores, allStoresMustSucceed, method, fallback } = delivery;
  const issues: Issue[] = [];
  const add = (name: keyof Delivery, message: string) => void issues.push({ path: [name], message });
  if (stores !== undefined && !isListOfNames(stores))
    add("stores", 'must be "all", or a list of at least one store, each once');
  if (allStoresMustSucceed !== undefined && typeof allStoresMustSucceed !== "boolean")
    add("allStoresMustSucceed", "must be true or false");
  if (allStoresMustSucceed === false && stores === undefined)
    add("allStoresMustSucceed", "is about stores: name them in stores");
  if (method !== undefined && method !== "upload" && method !== "glance-direct")
    add("method", "must be upload or glance-direct");
  if (method === "upload" && Array.isArray(stores) && stores.length > 1)
    add("method", `upload fills one store, not ${stores.length}: use glance-direct`);
  if (fallback !== undefined && fallback !== "client") add("fallback", "must be client");
  if (issues.length > 0) throw new SpecError(issues, { subject });
}

function isListOfNames(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size < value.length) return false;
  // Glance writes the stores of an image as one text, with commas.
  return value.every((name) => typeof name === "string" && name !== "" && !name.includes(","));
}
