import { type Image, type ImageSpec, parseChecksum, SOURCE_RECORD } from "../model/index.ts";
import { contentDigest } from "./canonical.ts";
import type { Plan } from "./plan.ts";
import { redactSource } from "./planned-source.ts";

/** What is known of the source's bytes without a transfer. */
export interface SourceFacts {
  readonly sizeBytes?: number | undefined;
  /** Digests in hexadecimal, by algorithm. */
  readonly digests?: Readonly<Record<string, string>> | undefined;
}

/** Whether the image's data is what the spec declares; `undefined` when the spec declares no data. */
export function compareContent(desired: ImageSpec, actual: Image, facts: SourceFacts): Plan["content"] {
  if (desired.source === undefined) return undefined;
  if (actual.status === "queued") return "changed";
  const stored = storesSourceBytes(desired);
  return (
    (stored ? compareChecksum(desired.source, actual) : undefined) ??
    (stored ? compareFacts(facts, actual) : undefined) ??
    compareRecord(desired, actual) ??
    "unknown"
  );
}

/**
 * A digest of what an image is made from, without secrets: the value of the property `imagewright.source`. A
 * program's own data has no name to be told by, and so no record.
 */
export function sourceRecord({ source, decompress, convert }: ImageSpec): string | undefined {
  if (source === undefined || "open" in source) return undefined;
  return contentDigest({
    source: redactSource(source),
    decompress: decompress ?? false,
    convert: convert ?? false,
  });
}

function storesSourceBytes({ decompress, convert }: ImageSpec): boolean {
  return (decompress ?? false) === false && convert !== true;
}

function compareChecksum(source: object, actual: Image): Plan["content"] {
  const declared =
    "checksum" in source && typeof source.checksum === "string" ? parseChecksum(source.checksum) : undefined;
  if (declared === undefined) return undefined;
  const stored = storedDigest(actual, declared.algorithm);
  if (stored === undefined) return undefined;
  return stored === declared.hex ? "same" : "changed";
}

function compareFacts({ sizeBytes, digests = {} }: SourceFacts, actual: Image): Plan["content"] {
  if (sizeBytes !== undefined && actual.sizeBytes !== undefined && sizeBytes !== actual.sizeBytes)
    return "changed";
  for (const [algorithm, hex] of Object.entries(digests)) {
    const stored = storedDigest(actual, algorithm);
    if (stored !== undefined) return stored === hex ? "same" : "changed";
  }
  return undefined;
}

function compareRecord(desired: ImageSpec, actual: Image): Plan["content"] {
  const recorded = actual.properties?.[SOURCE_RECORD];
  const declared = sourceRecord(desired);
  if (recorded === undefined || declared === undefined) return undefined;
  return recorded === declared ? "same" : "changed";
}

/** The digest of the stored data by this algorithm, where the cloud reports it; `""` is no digest. */
export function storedDigest(image: Image, algorithm: string): string | undefined {
  if (image.hashAlgorithm?.toLowerCase() === algorithm && image.hashValue)
    return image.hashValue.toLowerCase();
  if (algorithm === "md5" && image.checksum) return image.checksum.toLowerCase();
  return undefined;
}
