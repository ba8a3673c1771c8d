import { createGunzip } from "node:zlib";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { type Decompressor, startsWith } from "./decompressor.ts";
import { checkBeginning, corrupt, trailing, truncated } from "./errors.ts";
import { OUTPUT_BYTES, throughZlib, zlibCode } from "./through-zlib.ts";

/** gzip (RFC 1952), by Node's zlib. Zeros behind the last member are padding, as for gzip itself. */
export const gzip: Decompressor = {
  codec: "gzip",
  matches: (head) => startsWith(head, 0x1f, 0x8b),
  async *decompress(compressed) {
    const reader = byteReader(compressed);
    const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
    const fed = remember(reader, () => gunzip.bytesWritten);
    try {
      checkBeginning(gzip, await reader.peek(2), 2);
      yield* throughZlib(fed.chunks, gunzip);
      // zlib stops at the first zero behind a member, and is silent about what comes then.
      for (const chunk of fed.untouched()) checkPadding(chunk);
      for (let chunk = await reader.take(); chunk !== undefined; chunk = await reader.take())
        checkPadding(chunk);
    } catch (error) {
      throw failureOf(error);
    } finally {
      gunzip.destroy();
      await reader.close();
    }
  },
};

/** Hands chunks on and keeps those that were not made use of yet: the streams in between read ahead. */
function remember(reader: ByteReader, usedBytes: () => number) {
  let fedBytes = 0;
  let recent: readonly { readonly chunk: Uint8Array; readonly end: number }[] = [];
  return {
    chunks: (async function* () {
      for (let chunk = await reader.take(); chunk !== undefined; chunk = await reader.take()) {
        fedBytes += chunk.length;
        recent = [...recent.filter(({ end }) => end > usedBytes()), { chunk, end: fedBytes }];
        yield chunk;
      }
    })(),
    untouched: () =>
      recent.map(({ chunk, end }) => chunk.subarray(Math.max(0, chunk.length - (end - usedBytes())))),
  };
}

function checkPadding(chunk: Uint8Array): void {
  if (chunk.some((byte) => byte !== 0)) throw trailing("gzip");
}

function failureOf(error: unknown): unknown {
  const code = zlibCode(error);
  if (code === undefined || !(error instanceof Error)) return error;
  if (code === "Z_BUF_ERROR") return truncated("gzip", error);
  // The first header was right.
  if (error.message === "incorrect header check") return trailing("gzip");
  return corrupt("gzip", error.message, error);
}
