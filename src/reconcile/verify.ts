import { formatChecksum, type Image, TransferError } from "../model/index.ts";
import type { Passed } from "../transfer/check.ts";
import { isComputable } from "../transfer/digest.ts";
import { reportedAlgorithm, storedDigest } from "./content.ts";

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
    if (stored !== sent) throw mismatch(image.id, algorithm, sent, stored);
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

function mismatch(id: string, algorithm: string, sent: string, stored: string): TransferError {
  const expected = formatChecksum({ algorithm, hex: sent });
  const actual = formatChecksum({ algorithm, hex: stored });
  return new TransferError(
    `Image ${id} is not what was sent: expected ${expected}, the cloud stored ${actual}`,
    {
      code: "ERR_DIGEST_MISMATCH",
      expected,
      actual,
    },
  );
}
