import type { ClientRequest, IncomingMessage } from "node:http";
import { TransferError } from "../../model/index.ts";
import type { ImageData } from "../backend.ts";

/** Longer chunks are written in parts: a slow server is to be told from a silent one. */
const MAX_WRITE_BYTES = 1024 * 1024;

/** How {@link writeData} is told of, and held to time. */
export interface Writing {
  readonly onWritten: (writtenBytes: number) => void;
  /** Rejects when the server keeps the writer waiting for too long. */
  readonly inTime: (taken: Promise<void>) => Promise<void>;
}

/**
 * Writes as fast as the server reads. Ends early when the server answers, or the connection ends, before it has
 * all, even while the next chunk is waited for. Chunks that are not as many bytes as was said are an error: the
 * server would wait for the rest, or take it for the next request.
 */
export async function writeData(
  request: ClientRequest,
  { sizeBytes, chunks, release }: ImageData,
  answered: Promise<IncomingMessage>,
  { onWritten, inTime }: Writing,
): Promise<void> {
  let over = false;
  let wake = (): void => undefined;
  const end = (): void => {
    over = true;
    wake();
  };
  answered.then(end, end);
  // A race against `answered` itself would add a reaction to it for every chunk.
  const orOver = <Value>(promise: Promise<Value>): Promise<Value | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      promise.then(resolve, reject);
    });
  const happens = (event: "drain" | "finish"): Promise<void> =>
    inTime(orOver(new Promise<void>((resolve) => request.once(event, () => resolve()))));

  const iterator = chunks[Symbol.asyncIterator]();
  let writtenBytes = 0;
  try {
    while (!over) {
      const next = await orOver(iterator.next());
      if (over || next === undefined) return;
      if (next.done === true) {
        if (sizeBytes !== undefined && writtenBytes < sizeBytes) throw wrongSize(sizeBytes, writtenBytes);
        request.end();
        await happens("finish");
        return;
      }
      const { value } = next;
      const chunkEnd = writtenBytes + value.length;
      if (sizeBytes !== undefined && chunkEnd > sizeBytes) throw wrongSize(sizeBytes, chunkEnd);
      while (!over && writtenBytes < chunkEnd) {
        const start = value.length - (chunkEnd - writtenBytes);
        const part = value.subarray(start, start + MAX_WRITE_BYTES);
        writtenBytes += part.length;
        const isLast = writtenBytes === chunkEnd;
        const taken = (error?: Error | null) => {
          if (!error && isLast) release?.(value);
        };
        onWritten(writtenBytes);
        if (!request.write(part, taken)) await happens("drain");
      }
    }
  } finally {
    // Not awaited: a source that stalls would keep the answer from the caller.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function wrongSize(expected: number, actual: number): TransferError {
  return new TransferError(
    `The data was said to be ${expected} bytes, and is ${actual > expected ? "more" : actual}`,
    {
      code: "ERR_SIZE_MISMATCH",
      expected,
      actual,
      offset: actual,
    },
  );
}
