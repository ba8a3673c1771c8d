import { ImagewrightError, pause } from "../model/index.ts";

/** How often a download is taken up again without a byte in between. */
const MAX_FAILURES = 5;

const FIRST_PAUSE_MS = 300;

/** How bytes that were cut are gone on with. */
export interface Resumption {
  /** At which byte of the whole the first bytes begin. Default: 0. */
  readonly startByte?: number | undefined;
  /** The bytes from there on, asked for when they are iterated. */
  rest(startByte: number): AsyncIterable<Uint8Array>;
  /** Whether the rest can be asked for at all. Default: `true`. */
  readonly mayGoOn?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bytes and, when they are cut, others that go on where they ended: a few times without a byte in between. The
 * iteration throws the last error when that doesn't help, and any that isn't `retryable`.
 */
export async function* resumed(
  first: AsyncIterable<Uint8Array>,
  { startByte = 0, rest, mayGoOn = true, signal }: Resumption,
): AsyncGenerator<Uint8Array> {
  let chunks = first;
  let offset = startByte;
  let failures = 0;
  for (;;) {
    try {
      for await (const chunk of chunks) {
        offset += chunk.length;
        failures = 0;
        yield chunk;
      }
      // A connection that is closed from here ends as if all had come.
      signal?.throwIfAborted();
      return;
    } catch (error) {
      signal?.throwIfAborted();
      failures++;
      const isPassing = ImagewrightError.is(error) && error.retryable;
      if (!isPassing || !mayGoOn || failures > MAX_FAILURES) throw error;
    }
    await pause(FIRST_PAUSE_MS * 2 ** (failures - 1) * Math.random(), signal);
    // Asked when it is iterated, so that a failure counts as one.
    chunks = rest(offset);
  }
}

/** The chunks, without so many bytes at their beginning. */
export async function* skipped(chunks: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
