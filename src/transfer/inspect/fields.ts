/** The fields of a header. What is cut off reads as zero, so that no read can fail. */
export interface Fields {
  u8(offset: number): number;
  u16(offset: number): number;
  u32(offset: number): number;
  u64(offset: number): bigint;
  /** One character for each byte, whatever it is. */
  text(offset: number, length: number): string;
}

export function bigEndian(bytes: Uint8Array): Fields {
  return fields(bytes, false);
}

export function littleEndian(bytes: Uint8Array): Fields {
  return fields(bytes, true);
}

function fields(bytes: Uint8Array, little: boolean): Fields {
  const viewAt = (offset: number, length: number): DataView => {
    const field = new Uint8Array(length);
    field.set(bytes.subarray(offset, offset + length));
    return new DataView(field.buffer);
  };
  return {
    u8: (offset) => bytes[offset] ?? 0,
    u16: (offset) => viewAt(offset, 2).getUint16(0, little),
    u32: (offset) => viewAt(offset, 4).getUint32(0, little),
    u64: (offset) => viewAt(offset, 8).getBigUint64(0, little),
    text: (offset, length) => textOf(bytes.subarray(offset, offset + length)),
  };
}

const CHARACTERS = 4096;

/** One character for each byte, whatever it is (ISO 8859-1). */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHARACTERS) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHARACTERS));
  }
  return text;
}

/** Up to the first NUL. */
export function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end === -1 ? text : text.slice(0, end);
}
