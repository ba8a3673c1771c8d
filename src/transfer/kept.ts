import type { CheckedBytes } from "./check.ts";
import type { OpenedSource } from "./opened.ts";

/** The bytes; when all of them were read, and are right, the source may keep them. */
export async function* kept(
  { chunks, passed }: CheckedBytes,
  { keep }: OpenedSource,
): AsyncGenerator<Uint8Array> {
  let keeping: Promise<void> | undefined;
  try {
    for await (const chunk of chunks) {
      // While the last chunk is on its way: a receiver that refuses it all in the end has nothing to say about the source.
      const digests = passed()?.digests;
      if (digests !== undefined) keeping = keep?.(digests);
      yield chunk;
    }
  } finally {
    await keeping;
  }
}
