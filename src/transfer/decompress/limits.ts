import { FormatError } from "../../model/errors/index.ts";

/** How much may come out of compressed data: more is taken for an attack, or for a mistake. */
export interface DecompressLimits {
  /** The most bytes. Default: 1,099,511,627,776 (1 TiB). */
  readonly maxBytes?: number | undefined;
  /**
   * The most bytes for each byte of the source. The first 64 MiB are free. Default: 10,000, which an empty disk stays
   * under with gzip (1,032 at most) and xz (about 7,000).
   */
  readonly maxRatio?: number | undefined;
}

const DEFAULT_MAX_BYTES = 2 ** 40;
const DEFAULT_MAX_RATIO = 10_000;

/** Of small data, a ratio says nothing. */
const FREE_BYTES = 64 * 1024 * 1024;

/** Hands bytes on until there are too many: FormatError `ERR_DECOMPRESS`. */
export async function* withinLimits(
  chunks: AsyncIterable<Uint8Array>,
  sourceBytes: () => number,
  { maxBytes = DEFAULT_MAX_BYTES, maxRatio = DEFAULT_MAX_RATIO }: DecompressLimits,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooMuch(`more than ${maxBytes} bytes`, "maxBytes");
    if (bytes > FREE_BYTES && bytes > sourceBytes() * maxRatio) {
      throw tooMuch(`more than ${maxRatio} times the ${sourceBytes()} bytes that were read`, "maxRatio");
    }
    yield chunk;
  }
}

function tooMuch(what: string, limit: keyof DecompressLimits): FormatError {
  return new FormatError(`The source decompresses to ${what} (${limit})`, { code: "ERR_DECOMPRESS" });
}
