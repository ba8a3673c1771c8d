import {
  type Checksum,
  formatChecksum,
  type Image,
  type ImageSpec,
  TransferError,
} from "../../model/index.ts";
import type { Passed } from "../../transfer/check.ts";
import { isComputable } from "../../transfer/digest.ts";
import { reportedAlgorithm, storedDigest } from "../plan/content.ts";

/** What was found of the stored data. */
export interface Verification {
  /**
   * `verified`: what the cloud says it stored is what was sent. `unverifiable`: it says nothing that could be
   * compared. `skipped`: nobody asked, or nothing was sent.
   */
  readonly status: "verified" | "unverifiable" | "skipped";
  /** The strongest digest that was compared: `sha512`, `md5`, … */
  readonly algorithm?: string;
  readonly reason?: string;
}

/**
 * Holds what the cloud says it stored, its size and every digest that it reports, against what was sent.
 *
 * @throws TransferError `ERR_DIGEST_MISMATCH`, `ERR_SIZE_MISMATCH` when it is something else.
 */
export function verifyStored(image: Image, passed: Passed): Verification {
  if (image.sizeBytes !== undefined && image.sizeBytes !== passed.sizeBytes) {
    throw new TransferError(
      `Image ${image.id} has ${image.sizeBytes} bytes, but ${passed.sizeBytes} were sent`,
      {
        code: "ERR_SIZE_MISMATCH",
        expected: passed.sizeBytes,
        actual: image.sizeBytes,
      },
    );
  }
  const compared: string[] = [];
  for (const algorithm of new Set([reportedAlgorithm(image) ?? "md5", "md5"])) {
    const stored = storedDigest(image, algorithm);
    const sent = passed.digests[algorithm];
    if (stored === undefined || sent === undefined) continue;
    if (stored !== sent) throw mismatch(image.id, "was sent", { algorithm, hex: sent }, stored);
    compared.push(algorithm);
  }
  const [algorithm] = compared;
  if (algorithm !== undefined) return { status: "verified", algorithm };
  return { status: "unverifiable", reason: reasonOf(image) };
}

function reasonOf(image: Image): string {
  const reported = reportedAlgorithm(image) ?? (image.checksum ? "md5" : undefined);
  if (reported === undefined) return "the cloud reports no digest of what it stored";
  if (!isComputable(reported)) return `the cloud reports ${reported}, which this Node.js can't compute`;
  return `the cloud reports ${reported}, which was not computed on the way`;
}

/**
 * Holds what a cloud says it stored against a checksum that the spec declares of data which didn't pass this process.
 *
 * @throws TransferError `ERR_DIGEST_MISMATCH` when it is something else.
 */
export function verifyDeclared(image: Image, declared: Checksum | undefined): Verification {
  if (declared === undefined) {
    const reason = "the data did not pass this process, and the spec declares no checksum of it";
    return { status: "unverifiable", reason };
  }
  const { algorithm, hex } = declared;
  const stored = storedDigest(image, algorithm);
  if (stored === undefined) {
    const reported = [image.hashAlgorithm, image.checksum ? "md5" : undefined].filter(Boolean).join(" and ");
    const reason = `the spec declares ${algorithm}, the cloud reports ${reported || "no digest"}`;
    return { status: "unverifiable", reason };
  }
  if (stored !== hex) throw mismatch(image.id, "its checksum says", declared, stored);
  return { status: "verified", algorithm };
}

/**
 * Holds an image that the cloud has made of its own data against the image that it is a copy of, where it is one.
 *
 * @throws TransferError `ERR_DIGEST_MISMATCH` when it is something else.
 */
export function verifyCopy(image: Image, original: Image | undefined): Verification {
  for (const algorithm of [reportedAlgorithm(image), "md5"]) {
    if (algorithm === undefined || original === undefined) continue;
    const [stored, hex] = [storedDigest(image, algorithm), storedDigest(original, algorithm)];
    if (stored === undefined || hex === undefined) continue;
    if (stored !== hex) throw mismatch(image.id, `image ${original.id} is`, { algorithm, hex }, stored);
    return { status: "verified", algorithm };
  }
  const reason = "the cloud made the image of its own data, and reports no digest that could be compared";
  return { status: "unverifiable", reason };
}

/** What there is to say of data that an import has converted (the plugin `image_conversion`): its digests are others. */
export function conversionOf(
  { diskFormat }: Pick<ImageSpec, "diskFormat">,
  image: Image,
): Verification | undefined {
  if (diskFormat === undefined || image.diskFormat === undefined || image.diskFormat === diskFormat)
    return undefined;
  return {
    status: "unverifiable",
    reason: `the cloud converted the data from ${diskFormat} to ${image.diskFormat}`,
  };
}

function mismatch(id: string, than: string, declared: Checksum, stored: string): TransferError {
  const expected = formatChecksum(declared);
  const actual = formatChecksum({ algorithm: declared.algorithm, hex: stored });
  return new TransferError(
    `Image ${id} is not what ${than}: expected ${expected}, the cloud stored ${actual}`,
    {
      code: "ERR_DIGEST_MISMATCH",
      expected,
      actual,
    },
  );
}
