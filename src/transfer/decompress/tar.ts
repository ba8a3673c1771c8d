import { FormatError } from "../../model/errors/index.ts";
import type { ByteReader } from "./byte-reader.ts";
import { corrupt, trailing, truncated, unreadable } from "./errors.ts";
import {
  BLOCK_BYTES,
  isEnd,
  paddingOf,
  readHeader,
  readRecords,
  type TarHeader,
  text,
} from "./tar-header.ts";
import { exactly, expand, extendedSparseFile, oldSparseFile } from "./tar-sparse.ts";

/** Longer than any header of names and records. */
const MAX_EXTENDED_BYTES = 1024 * 1024;

/** How many names an error lists. */
const LISTED_NAMES = 20;

/** What was said ahead of the header that it is about. */
interface Ahead {
  readonly name?: string | undefined;
  readonly records: ReadonlyMap<string, string>;
}

const NOTHING: Ahead = { records: new Map() };

/**
 * The bytes of the one file in a tar archive: ustar, pax or GNU, sparse files too. Folders and links beside it are
 * passed over.
 *
 * The iteration throws FormatError `ERR_DECOMPRESS` that names the entries when there is no file, or a second one.
 */
export async function* onlyFile(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const names: string[] = [];
  let file: string | undefined;
  let ahead = NOTHING;
  for (;;) {
    const block = await reader.read(BLOCK_BYTES);
    if (block.length === 0) break;
    if (block.length < BLOCK_BYTES) throw truncated("tar");
    if (isEnd(block)) {
      await checkRest(reader);
      break;
    }
    const header = described(readHeader(block), ahead);
    if (header.kind === "extended" || header.kind === "long-name") {
      ahead = await readAhead(header, ahead, reader);
      continue;
    }
    const isFile = header.kind === "file" || header.kind === "sparse";
    names.push(header.name);
    if (header.kind === "volume") throw unreadable("tar", "it is a part of an archive of several volumes");
    if (isFile && file !== undefined) throw severalFiles(names);
    if (isFile) {
      file = header.name;
      yield* dataOf(block, header, ahead, reader);
    } else {
      await skip(reader, header.sizeBytes);
    }
    await skip(reader, paddingOf(header.sizeBytes));
    ahead = NOTHING;
  }
  if (file === undefined) throw noFile(names);
}

async function* dataOf(
  block: Uint8Array,
  { kind, sizeBytes }: TarHeader,
  { records }: Ahead,
  reader: ByteReader,
): AsyncGenerator<Uint8Array> {
  const sparse =
    kind === "sparse" ? await oldSparseFile(block, reader) : await extendedSparseFile(records, reader);
  if (sparse === undefined) {
    yield* exactly(reader, sizeBytes);
    return;
  }
  const stored = sparse.parts.reduce((sum, part) => sum + part.sizeBytes, sparse.mapBytes);
  if (stored !== sizeBytes) throw corrupt("tar", "the map of a sparse file isn't that of its data");
  yield* expand(sparse, reader);
}

/** A header with what was said ahead of it. */
function described(header: TarHeader, { name, records }: Ahead): TarHeader {
  const size = records.get("size");
  return {
    kind: header.kind,
    name: records.get("GNU.sparse.name") ?? records.get("path") ?? name ?? header.name,
    sizeBytes: size !== undefined && /^\d+$/.test(size) ? Number(size) : header.sizeBytes,
  };
}

async function readAhead({ kind, sizeBytes }: TarHeader, ahead: Ahead, reader: ByteReader): Promise<Ahead> {
  if (sizeBytes > MAX_EXTENDED_BYTES) throw corrupt("tar", `an extended header claims ${sizeBytes} bytes`);
  const data = await reader.read(sizeBytes);
  if (data.length < sizeBytes) throw truncated("tar");
  await skip(reader, paddingOf(sizeBytes));
  return kind === "extended"
    ? { ...ahead, records: readRecords(data) }
    : { ...ahead, name: text(data, 0, data.length) };
}

async function skip(reader: ByteReader, count: number): Promise<void> {
  for await (const _chunk of exactly(reader, count));
}

/** Behind the end there are zeros, up to the size of a tape's record. */
async function checkRest(reader: ByteReader): Promise<void> {
  for (let chunk = await reader.take(); chunk !== undefined; chunk = await reader.take()) {
    if (!isEnd(chunk)) throw trailing("tar");
  }
}

function severalFiles(names: readonly string[]): FormatError {
  return refusal(`The tar archive must have one file in it, the image, but it has several: ${listed(names)}`);
}

function noFile(names: readonly string[]): FormatError {
  const found = names.length === 0 ? "is empty" : `has only ${listed(names)}`;
  return refusal(`The tar archive must have one file in it, the image, but it ${found}`);
}

function refusal(message: string): FormatError {
  return new FormatError(message, { code: "ERR_DECOMPRESS", detected: "tar" });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_NAMES).join(", ");
  return names.length > LISTED_NAMES ? `${shown} and ${names.length - LISTED_NAMES} more` : shown;
}
