import type { Backend } from "../backends/backend.ts";
import type { ImageSpec, Source } from "../model/index.ts";
import { isLocalSource } from "../transfer/source.ts";
import { deliveryMethod } from "./delivery.ts";

/** The field that asks for what no import does: the bytes don't pass through this process. */
export function unsupportedByCloud(
  { source, decompress, convert }: ImageSpec,
  { region }: Backend,
): string | undefined {
  const method = source === undefined ? undefined : deliveryMethod(source, {}, region);
  if (method !== "web-download" && method !== "glance-download") return undefined;
  if (decompress !== undefined && decompress !== false) return "decompress";
  return convert === true ? "convert" : undefined;
}

/** Whether a backend has a way for the data of a source. */
export function canDeliver(source: Source, { create, upload, download, imports, region }: Backend): boolean {
  if (create === undefined) return false;
  if (isLocalSource(source)) return upload !== undefined;
  if ("webDownload" in source) return imports !== undefined;
  if (!("imageId" in source)) return false;
  if (deliveryMethod(source, {}, region) === "glance-download") return imports !== undefined;
  return upload !== undefined && download !== undefined;
}
