import type { OpenedSource } from "../opened.ts";
import { type Findings, inspector } from "./inspector.ts";
import { readRegions } from "./read-regions.ts";
import { type DeclaredData, isInspected, refusal } from "./refusal.ts";

/** How much of a stream is read ahead at most. Of all formats VHDX has its size farthest behind: some MiB. */
const HEAD_BYTES = 4 * 2 ** 20;

/** Bytes that are inspected as they pass. */
export interface InspectedBytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Lets go of what was read ahead. */
  close(): Promise<void>;
}

/**
 * Looks into data on its way and refuses what isn't as declared. Where any part of the data can be read, that is done
 * before it returns. Of a stream the head is read ahead, and what the head alone can decide is decided; what takes the
 * end is decided when the last chunk was handed on and the iteration hasn't ended: whoever holds a chunk back until
 * then, as `checkBytes` does, never makes a whole image of what is refused.
 *
 * @throws What `refusal` returns, and what the source throws. The iteration throws them, too.
 */
export async function inspectBytes(source: OpenedSource, declared: DeclaredData): Promise<InspectedBytes> {
  const { chunks, readAt, sizeBytes } = source;
  if (!isInspected(declared)) return { chunks, close: async () => undefined };
  if (readAt === undefined || sizeBytes === undefined) return inspectStream(source, declared);
  check(await readRegions(readAt, sizeBytes), declared);
  return { chunks, close: async () => undefined };
}

async function inspectStream(
  { chunks, sizeBytes }: OpenedSource,
  declared: DeclaredData,
): Promise<InspectedBytes> {
  const inspection = inspector(sizeBytes);
  const iterator = chunks[Symbol.asyncIterator]();
  const close = async (): Promise<void> => {
    await iterator.return?.();
  };
  const next = async (): Promise<Uint8Array | undefined> => {
    const { done, value } = await iterator.next();
    if (done !== true) {
      inspection.update(value);
      return value;
    }
    inspection.end();
    const found = inspection.findings();
    const passedBytes = found.inspection.sizeBytes;
    // Too few bytes, or none, is what has to be said then, by whoever counts them.
    if (passedBytes !== 0 && (sizeBytes === undefined || passedBytes === sizeBytes)) check(found, declared);
    return undefined;
  };

  const head: Uint8Array[] = [];
  try {
    let headBytes = 0;
    let chunk: Uint8Array | undefined;
    do {
      chunk = await next();
      if (chunk === undefined) break;
      head.push(chunk);
      headBytes += chunk.length;
    } while (headBytes < HEAD_BYTES && !inspection.isDoneButForEnd());
    if (chunk !== undefined) check(inspection.findings(), declared);
  } catch (error) {
    await close();
    throw error;
  }

  async function* rest(): AsyncGenerator<Uint8Array> {
    try {
      yield* head.splice(0);
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
    } finally {
      await close();
    }
  }
  return { chunks: rest(), close };
}

function check(findings: Findings, declared: DeclaredData): void {
  const error = refusal(findings, declared);
  if (error !== undefined) throw error;
}
