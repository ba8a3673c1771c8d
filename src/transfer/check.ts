import { type Checksum, formatChecksum, TransferError } from "../model/index.ts";
import { type DigestOptions, type Digests, digester } from "./digest.ts";
import { empty } from "./source.ts";

/** What the bytes of a transfer must be. */
export interface Expectation {
  readonly sizeBytes?: number | undefined;
  readonly checksum?: Checksum | undefined;
}

/** What went through. */
export interface Passed {
  readonly sizeBytes: number;
  readonly digests: Digests;
}

/** Bytes that are digested as they pass. */
export interface CheckedBytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What went through; only when the last chunk was handed on. */
  passed(): Passed | undefined;
}

/**
 * Digests bytes and holds them against what they must be. The last chunk is handed on only when everything is as
 * expected, so what is not never becomes a whole image anywhere.
 *
 * The iteration throws TransferError `ERR_SIZE_MISMATCH`, `ERR_DIGEST_MISMATCH`, or `ERR_TRANSFER_INCOMPLETE` when
 * there are no bytes at all.
 */
export function checkBytes(
  chunks: AsyncIterable<Uint8Array>,
  expected: Expectation,
  algorithms: Iterable<string>,
  { busyProcessors }: DigestOptions = {},
): CheckedBytes {
  const checksum = expected.checksum === undefined ? [] : [expected.checksum.algorithm];
  const digest = digester([...algorithms, ...checksum], { sizeBytes: expected.sizeBytes, busyProcessors });
  let passed: Passed | undefined;

  async function* pass(): AsyncGenerator<Uint8Array> {
    let sizeBytes = 0;
    let held: Uint8Array | undefined;
    try {
      for await (const chunk of chunks) {
        if (chunk.length === 0) continue;
        sizeBytes += chunk.length;
        if (expected.sizeBytes !== undefined && sizeBytes > expected.sizeBytes)
          throw wrongSize(expected.sizeBytes, sizeBytes, "longer");
        const taken = digest.update(chunk);
        if (taken !== undefined) await taken;
        if (held !== undefined) yield held;
        held = chunk;
      }
      if (held === undefined && expected.sizeBytes !== 0) throw empty();
      const result = { sizeBytes, digests: await digest.digests() };
      checkPassed(result, expected);
      passed = result;
    } finally {
      await digest.close();
    }
    if (held !== undefined) yield held;
  }

  return { chunks: pass(), passed: () => passed };
}

function checkPassed({ sizeBytes, digests }: Passed, { sizeBytes: size, checksum }: Expectation): void {
  if (size !== undefined && sizeBytes < size) throw wrongSize(size, sizeBytes, "shorter");
  if (checksum === undefined) return;
  const hex = digests[checksum.algorithm] ?? "";
  if (hex === checksum.hex) return;
  const expected = formatChecksum(checksum);
  const actual = formatChecksum({ algorithm: checksum.algorithm, hex });
  throw new TransferError(`The source is not what its checksum says: expected ${expected}, it is ${actual}`, {
    code: "ERR_DIGEST_MISMATCH",
    expected,
    actual,
    offset: sizeBytes,
  });
}

function wrongSize(expected: number, actual: number, how: "shorter" | "longer"): TransferError {
  const found = how === "longer" ? `at least ${actual}` : String(actual);
  return new TransferError(`The source is ${how} than it said: ${found} bytes, not ${expected}`, {
    code: "ERR_SIZE_MISMATCH",
    expected,
    actual,
    offset: actual,
  });
}
