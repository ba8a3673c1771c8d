import type { Backend } from "../../backends/backend.ts";
import type { ImageSpec, Source, SourceKind } from "../../model/index.ts";
import { isLocalSource } from "../../transfer/source.ts";
import { deliveryMethod } from "../plan/delivery.ts";

/** The field that asks for what no cloud does: the bytes don't pass through this process. */
export function unsupportedByCloud(
  { source, decompress, convert }: ImageSpec,
  backend: Backend,
): string | undefined {
  if (source === undefined) return undefined;
  const method = deliveryMethod(source, {}, backend);
  if (method === "upload") return undefined;
  if (method === "create-from" && !canDeliver(source, backend)) return undefined;
  if (decompress !== undefined && decompress !== false) return "decompress";
  return convert === true ? "convert" : undefined;
}

/** Whether a backend has a way for the data of a source. */
export function canDeliver(source: Source, backend: Backend): boolean {
  const { create, upload, download, imports, createFrom } = backend;
  const method = deliveryMethod(source, {}, backend);
  if (method === "create-from") return createFrom?.kinds.some((kind) => kind in source) ?? false;
  if (create === undefined) return false;
  if (isLocalSource(source)) return upload !== undefined;
  if ("webDownload" in source) return imports !== undefined;
  if (method === "glance-download") return imports !== undefined;
  return upload !== undefined && download !== undefined;
}

/** The kinds of sources that a backend has a way for, some of them only where the cloud offers it. */
export function deliverableKinds({
  create,
  upload,
  download,
  imports,
  createFrom,
}: Backend): readonly SourceKind[] {
  const uploads = create !== undefined && upload !== undefined;
  const kinds: readonly (false | readonly SourceKind[])[] = [
    uploads && ["file", "url", "open"],
    create !== undefined && imports !== undefined && ["webDownload"],
    createFrom?.kinds ?? false,
    uploads && download !== undefined && ["imageId"],
  ];
  return [...new Set(kinds.flatMap((some) => (some === false ? [] : some)))];
}
