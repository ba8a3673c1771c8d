const MAGIC = 0xfd2f_b528;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RLE_BLOCK = 1;

/**
 * How long the Zstandard frame is (RFC 8878, section 3.1.1) that some bytes begin with; `undefined` when they don't,
 * or it isn't whole. Node.js takes what follows a frame for another one.
 */
export function zstdFrameBytes(bytes: Buffer): number | undefined {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowBytes = isSingleSegment ? 0 : 1;
  const contentSizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] || (isSingleSegment ? 1 : 0);
  const checksumBytes = (descriptor & 0x04) === 0 ? 0 : 4;
  let at = 5 + windowBytes + (DICTIONARY_ID_BYTES[descriptor & 0x03] ?? 0) + contentSizeBytes;
  for (;;) {
    if (at + 3 > bytes.length) return undefined;
    const block = bytes.readUIntLE(at, 3);
    const isLast = (block & 1) !== 0;
    const type = (block >> 1) & 0x03;
    at += 3 + (type === RLE_BLOCK ? 1 : block >> 3);
    if (isLast) break;
  }
  at += checksumBytes;
  return at <= bytes.length ? at : undefined;
}
