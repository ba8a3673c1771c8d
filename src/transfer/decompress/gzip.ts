import { createGunzip } from "node:zlib";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { type Decompressor, startsWith } from "./decompressor.ts";
import { checkBeginning, corrupt, trailing, truncated } from "./errors.ts";
import { feed, OUTPUT_BYTES, throughZlib, zlibCode } from "./through-zlib.ts";

/** gzip (RFC 1952), by Node's zlib. Zeros behind the last member are padding, as for gzip itself. */
export const gzip: Decompressor = {
  codec: "gzip",
  matches: (head) => startsWith(head, 0x1f, 0x8b),
  async *decompress(compressed, done) {
    const reader = byteReader(compressed);
    const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
    const fed = feed(taken(reader), gunzip, done);
    try {
      checkBeginning(gzip, await reader.peek(2), 2);
      yield* throughZlib(fed.chunks, gunzip);
      // zlib stops at the first zero behind a member, and is silent about what comes then.
      for (const chunk of fed.untouched()) checkPadding(chunk);
      for await (const chunk of taken(reader)) checkPadding(chunk);
    } catch (error) {
      throw failureOf(error);
    } finally {
      gunzip.destroy();
      await reader.close();
    }
  },
};

/** Leaves the reader open: what isn't made use of is looked at behind this. */
async function* taken(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (let chunk = await reader.take(); chunk !== undefined; chunk = await reader.take()) yield chunk;
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
