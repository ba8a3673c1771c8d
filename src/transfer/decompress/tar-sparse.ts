import type { ByteReader } from "./byte-reader.ts";
import { corrupt, truncated, unreadable } from "./errors.ts";
import { BLOCK_BYTES, number } from "./tar-header.ts";

/** A file of which only the parts that aren't zeros are in the archive, as disks of virtual machines mostly are. */
export interface SparseFile {
  readonly sizeBytes: number;
  readonly parts: readonly SparsePart[];
  /** How many bytes of the entry the map itself takes. */
  readonly mapBytes: number;
}

interface SparsePart {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Reads the map of an entry of type `S` (GNU tar's own format): in the header, and in blocks behind it. */
export async function oldSparseFile(header: Uint8Array, reader: ByteReader): Promise<SparseFile> {
  const numbers = fieldsOf(header, 386, 4);
  let more = header[482] === 1;
  while (more) {
    const block = await reader.read(BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) throw truncated("tar");
    numbers.push(...fieldsOf(block, 0, 21));
    more = block[504] === 1;
  }
  return sparseFile(number(header, 483, 12), numbers, 0);
}

/** Reads the map that an extended header tells of; `undefined` when the file is an ordinary one. */
export async function extendedSparseFile(
  records: ReadonlyMap<string, string>,
  reader: ByteReader,
): Promise<SparseFile | undefined> {
  const version = `${records.get("GNU.sparse.major")}.${records.get("GNU.sparse.minor")}`;
  if (version === "1.0") return sparseFileInData(Number(records.get("GNU.sparse.realsize")), reader);
  const map = records.get("GNU.sparse.map");
  if (map !== undefined)
    return sparseFile(Number(records.get("GNU.sparse.size")), map.split(",").map(Number), 0);
  if ([...records.keys()].some((key) => key.startsWith("GNU.sparse.")))
    throw unreadable("tar", "it has a sparse file of an old kind: pack it with tar --sparse-version=1.0");
  return undefined;
}

/** The bytes of the whole file. The reader is at the first part. */
export async function* expand(
  { sizeBytes, parts }: SparseFile,
  reader: ByteReader,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const part of parts) {
    yield* zeros(part.offset - offset);
    yield* exactly(reader, part.sizeBytes);
    offset = part.offset + part.sizeBytes;
  }
  yield* zeros(sizeBytes - offset);
}

/** So many of the reader's bytes. */
export async function* exactly(reader: ByteReader, count: number): AsyncGenerator<Uint8Array> {
  for (let left = count; left > 0; ) {
    const chunk = await reader.take();
    if (chunk === undefined) throw truncated("tar");
    const own = chunk.subarray(0, left);
    reader.putBack(chunk.subarray(own.length));
    left -= own.length;
    yield own;
  }
}

/** The map is at the front of the data (format 1.0): decimal numbers, each on a line, up to a full block. */
async function sparseFileInData(sizeBytes: number, reader: ByteReader): Promise<SparseFile> {
  const lines: string[] = [];
  let mapBytes = 0;
  let rest = "";
  while (lines.length === 0 || lines.length < 1 + 2 * Number(lines[0])) {
    const block = await reader.read(BLOCK_BYTES);
    if (block.length < BLOCK_BYTES) throw truncated("tar");
    mapBytes += BLOCK_BYTES;
    const [...complete] = (rest + Buffer.from(block).toString("latin1")).split("\n");
    rest = complete.pop() ?? "";
    lines.push(...complete);
    if (lines.some((line) => !/^\d+$/.test(line))) throw badMap();
  }
  const [count = 0, ...numbers] = lines.map(Number);
  return sparseFile(sizeBytes, numbers.slice(0, 2 * count), mapBytes);
}

function sparseFile(sizeBytes: number | undefined, numbers: readonly number[], mapBytes: number): SparseFile {
  const parts: SparsePart[] = [];
  let end = 0;
  for (let index = 0; index + 1 < numbers.length; index += 2) {
    const part = { offset: numbers[index] ?? 0, sizeBytes: numbers[index + 1] ?? 0 };
    if (!(part.offset >= end && part.sizeBytes >= 0)) throw badMap();
    end = part.offset + part.sizeBytes;
    parts.push(part);
  }
  if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes < end) throw badMap();
  return { sizeBytes, parts, mapBytes };
}

/** Pairs of offset and size; those that aren't made use of are empty. */
function fieldsOf(block: Uint8Array, at: number, pairs: number): number[] {
  const numbers: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const offset = at + pair * 24;
    if (block[offset] === 0) break;
    numbers.push(number(block, offset, 12) ?? Number.NaN, number(block, offset + 12, 12) ?? Number.NaN);
  }
  return numbers;
}

const ZEROS: Uint8Array = new Uint8Array(256 * 1024);

async function* zeros(count: number): AsyncGenerator<Uint8Array> {
  for (let left = count; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, left);
}

function badMap() {
  return corrupt("tar", "the map of a sparse file can't be read");
}
