import { type Image, type ImageSpec, parseChecksum } from "../model/index.ts";
import type { Plan } from "./plan.ts";
import { compareRecord } from "./source-record.ts";

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

/** Whether what is stored is what the source has, byte for byte. */
export function storesSourceBytes({ decompress, convert }: ImageSpec): boolean {
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

/** The digest of the stored data by this algorithm, where the cloud reports it; `""` is no digest. */
export function storedDigest(image: Image, algorithm: string): string | undefined {
  if (image.hashAlgorithm?.toLowerCase() === algorithm && image.hashValue)
    return image.hashValue.toLowerCase();
  if (algorithm === "md5" && image.checksum) return image.checksum.toLowerCase();
  return undefined;
}
