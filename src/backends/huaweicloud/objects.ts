import { type Image, type Issue, SpecError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { missing } from "../record.ts";
import { runJob } from "./jobs.ts";
import { type Calls, readWire, toImage } from "./requests.ts";

/** The formats that images are exported in. */
export const EXPORT_FORMATS = ["qcow2", "vhd", "zvhd", "vmdk"] as const;

/** Where an image is exported to, and how. */
export interface ExportRequest {
  /** `bucket:key`, of the backend's region. */
  readonly object: string;
  /** Needed unless `quick` is given. */
  readonly format?: (typeof EXPORT_FORMATS)[number] | undefined;
  /** Whether the data is copied as it is, as zvhd2. Default: `false`. */
  readonly quick?: boolean | undefined;
}

/** `PUT /v1/cloudimages/{id}/upload`: gives an image that has none yet the data of an object. */
export async function registerObject(
  calls: Calls,
  id: string,
  object: string,
  options?: CallOptions,
): Promise<Image> {
  check("registerObject()", objectIssues(object));
  const what = `Registration of object ${object} as image ${id}`;
  const url = calls.urls.ofImage(id, "upload");
  await runJob(calls, { method: "PUT", url, json: { image_url: object }, what, imageId: id }, options);
  const wire = await readWire(calls, id, what, options);
  if (wire === undefined) throw missing(id);
  return toImage(calls, wire);
}

/** `POST /v1/cloudimages/{id}/file`: writes the data of an active image into an object. */
export async function exportImage(
  calls: Calls,
  id: string,
  { object, format, quick = false }: ExportRequest,
  options?: CallOptions,
): Promise<void> {
  check("exportImage()", [...objectIssues(object), ...formatIssues(format, quick)]);
  const json = {
    bucket_url: object,
    ...(format === undefined ? {} : { file_format: format }),
    is_quick_export: quick,
  };
  const what = `Export of image ${id} to object ${object}`;
  await runJob(
    calls,
    { method: "POST", url: calls.urls.ofImage(id, "file"), json, what, imageId: id },
    options,
  );
}

function objectIssues(object: unknown): readonly Issue[] {
  if (typeof object === "string" && /^[^:]+:.+$/.test(object)) return [];
  return [{ path: ["object"], message: 'must be "bucket:key"' }];
}

function formatIssues(format: string | undefined, quick: boolean): readonly Issue[] {
  if (quick && format !== undefined)
    return [{ path: ["format"], message: "can't be chosen with quick, which gives zvhd2: leave it out" }];
  if (quick || EXPORT_FORMATS.some((one) => one === format)) return [];
  return [{ path: ["format"], message: `must be one of ${EXPORT_FORMATS.join(", ")}, or quick be true` }];
}

function check(subject: string, issues: readonly Issue[]): void {
  if (issues.length > 0) throw new SpecError(issues, { subject: `The call of ${subject}` });
}
