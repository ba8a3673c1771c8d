import { digestName, type Image, type ImageSpec, parseChecksum, type Rules } from "../../model/index.ts";
import type { Plan } from "./plan.ts";
import { compareRecord } from "./source-record.ts";

/** What is known of the source's bytes without a transfer. */
export interface SourceFacts {
  readonly sizeBytes?: number | undefined;
  /** Digests in hexadecimal, by algorithm. */
  readonly digests?: Readonly<Record<string, string>> | undefined;
}

/** Whether the image's data is what the spec declares; `undefined` when the spec declares no data. */
export function compareContent(
  desired: ImageSpec,
  actual: Image,
  facts: SourceFacts,
  { keepsBytes = true }: Pick<Rules, "keepsBytes"> = {},
): Plan["content"] {
  if (desired.source === undefined) return undefined;
  // What is staged isn't stored, whatever size the cloud tells of it.
  if (actual.status === "queued" || actual.status === "uploading") return "changed";
  const stored = keepsBytes && storesSourceBytes(desired);
  return (
    (stored ? compareChecksum(desired.source, actual) : undefined) ??
    (stored ? compareFacts(facts, actual) : undefined) ??
    compareRecord(desired, actual) ??
    "unknown"
  );
}

/** Whether the bytes that are stored are those of the source. */
export function storesSourceBytes({
  decompress,
  convert,
}: Pick<ImageSpec, "decompress" | "convert">): boolean {
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

/**
 * The digest of the stored data by this algorithm, where the cloud reports it; `""` is no digest.
 *
 * @param algorithm As `digestName` writes it.
 */
export function storedDigest(image: Image, algorithm: string): string | undefined {
  if (image.hashValue && reportedAlgorithm(image) === algorithm) return image.hashValue.toLowerCase();
  if (algorithm === "md5" && image.checksum) return image.checksum.toLowerCase();
  return undefined;
}

/** The algorithm of the digest that a cloud reports beside md5; `undefined` where it reports none. */
export function reportedAlgorithm({ hashAlgorithm, hashValue }: Image): string | undefined {
  return hashAlgorithm && hashValue ? digestName(hashAlgorithm) : undefined;
}
