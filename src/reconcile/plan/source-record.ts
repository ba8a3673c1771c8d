import {
  formatChecksum,
  type Image,
  type ImageSpec,
  parseChecksum,
  type Rules,
  SOURCE_RECORD,
  type Source,
} from "../../model/index.ts";
import { contentDigest } from "./canonical.ts";
import type { Plan } from "./plan.ts";

/**
 * What an image is made from, without secrets: the value of the property `imagewright.source`. A digest of where the
 * data comes from and what becomes of it, and behind it the declared checksum, where there is one. A program's own
 * data has no name to be told by, and so no record.
 */
export function sourceRecord({ source, decompress, convert }: ImageSpec): string | undefined {
  if (source === undefined || "open" in source) return undefined;
  const origin = contentDigest({
    ...placeOf(source),
    decompress: decompress ?? false,
    convert: convert ?? false,
  });
  const checksum = checksumOf(source);
  return checksum === undefined ? origin : `${origin} ${checksum}`;
}

/** The record of what an image is made from, where the cloud keeps it. */
export function keptRecord(spec: ImageSpec, { keepsRecords = true }: Rules): string | undefined {
  return keepsRecords ? sourceRecord(spec) : undefined;
}

/** Whether the image's data is the declared data, as far as the record of what it was made from can tell. */
export function compareRecord(desired: ImageSpec, actual: Image): Plan["content"] {
  const recorded = actual.properties?.[SOURCE_RECORD];
  const declared = sourceRecord(desired);
  if (recorded === undefined || declared === undefined) return undefined;
  const [recordedOrigin, recordedChecksum] = recorded.split(" ");
  const [origin, checksum] = declared.split(" ");
  if (recordedOrigin !== origin) return "changed";
  if (checksum === undefined || checksum === recordedChecksum) return "same";
  // A checksum that was not declared when the image was made says nothing of what it was made from.
  return recordedChecksum === undefined ? "unknown" : "changed";
}

/** Where the data is, without who may fetch it and where it is kept. */
function placeOf(source: Exclude<Source, { open: unknown }>): object {
  if ("url" in source) return { url: source.url };
  if ("webDownload" in source) return { webDownload: source.webDownload };
  return "file" in source ? { file: source.file } : source;
}

function checksumOf(source: Source): string | undefined {
  if (!("checksum" in source) || source.checksum === undefined) return undefined;
  if (typeof source.checksum === "object") return contentDigest(source.checksum);
  const parsed = parseChecksum(source.checksum);
  return parsed === undefined ? undefined : formatChecksum(parsed);
}
