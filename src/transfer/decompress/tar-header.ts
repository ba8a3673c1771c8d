import { corrupt } from "./errors.ts";

/** A tar archive is blocks of this size. */
export const BLOCK_BYTES = 512;

/** What an entry of an archive is. Letters are as in the archive, for those that mean nothing here. */
export type TarKind = "file" | "sparse" | "extended" | "long-name" | "skipped" | "volume";

/** What a header says (POSIX ustar, and what GNU tar adds). */
export interface TarHeader {
  readonly kind: TarKind;
  readonly name: string;
  /** How many bytes follow, without padding. */
  readonly sizeBytes: number;
}

/** Whether bytes begin with the header of an archive: its magic alone may be anywhere on a disk. */
export function isTar(head: Uint8Array): boolean {
  return (
    head.length >= BLOCK_BYTES && text(head, 257, 5) === "ustar" && number(head, 148, 8) === checksumOf(head)
  );
}

/** Whether a block ends an archive. */
export function isEnd(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Reads a header.
 *
 * @throws FormatError `ERR_DECOMPRESS` for one that is damaged.
 */
export function readHeader(block: Uint8Array): TarHeader {
  if (number(block, 148, 8) !== checksumOf(block)) throw corrupt("tar", "a header has another checksum");
  const kind = kindOf(text(block, 156, 1));
  const sizeBytes = number(block, 124, 12);
  if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes))
    throw corrupt("tar", "a header has no size");
  // GNU tar has other things where POSIX has the beginning of a long name.
  const prefix = text(block, 257, 8) === "ustar  " ? "" : text(block, 345, 155);
  const name = text(block, 0, 100);
  return { kind, name: prefix === "" ? name : `${prefix}/${name}`, sizeBytes };
}

/** The bytes that there are up to a full block. */
export function paddingOf(sizeBytes: number): number {
  return (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
}

/**
 * Reads the records of an extended header (POSIX pax): `length key=value`, each on a line.
 *
 * @throws FormatError `ERR_DECOMPRESS` for a record that is none.
 */
export function readRecords(data: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let offset = 0; offset < data.length; ) {
    const [prefix, digits] = /^(\d+) /.exec(text(data, offset, 20)) ?? [];
    const length = Number(digits);
    const record = Buffer.from(data.subarray(offset, offset + length)).toString("utf8");
    const equals = record.indexOf("=");
    if (prefix === undefined || !record.endsWith("\n") || equals < 0)
      throw corrupt("tar", "an extended header can't be read");
    records.set(record.slice(prefix.length, equals), record.slice(equals + 1, -1));
    offset += length;
  }
  return records;
}

/** The text of a field, which a zero ends. */
export function text(bytes: Uint8Array, offset: number, length: number): string {
  const field = Buffer.from(bytes.subarray(offset, offset + length));
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString("utf8");
}

/** The number in a field: octal digits, or binary where the first bit says so (GNU). */
export function number(bytes: Uint8Array, offset: number, length: number): number | undefined {
  const [first = 0, ...rest] = bytes.subarray(offset, offset + length);
  if (first === 0x80) return rest.reduce((value, byte) => value * 256 + byte, 0);
  const digits = text(bytes, offset, length).trim();
  if (digits === "") return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function kindOf(type: string): TarKind {
  switch (type) {
    case "":
    case "0":
    case "7":
      return "file";
    case "S":
      return "sparse";
    case "x":
      return "extended";
    case "L":
      return "long-name";
    case "M":
      return "volume";
    default:
      return "skipped";
  }
}

/** The sum of the header's bytes, with spaces where it stands itself. */
function checksumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}
