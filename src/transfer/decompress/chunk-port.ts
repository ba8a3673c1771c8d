import type { MessagePort } from "node:worker_threads";
import { FormatError } from "../../model/errors/index.ts";
import type { Done } from "./decompressor.ts";

/** How many chunks are on their way at a time. */
const WINDOW = 4;

/** What goes the way of the chunks. The other way, anything says that one was taken; who leaves closes the port. */
type Sent = { readonly chunk: Uint8Array } | { readonly failure: Failure } | "end";

/** An error on its way between threads, which would lose its class. */
export interface Failure {
  readonly message: string;
  /** Whether it was a FormatError `ERR_DECOMPRESS`. */
  readonly expected: boolean;
  readonly detected: string | undefined;
}

/**
 * Sends chunks to another thread, no faster than they are taken there. Their memory goes along where it is `given`;
 * otherwise copies are sent.
 *
 * @param done Told of chunks that were copied.
 */
export async function sendChunks(
  chunks: AsyncIterable<Uint8Array>,
  port: MessagePort,
  { given = false, done }: { readonly given?: boolean; readonly done?: Done | undefined } = {},
): Promise<void> {
  let free = WINDOW;
  let closed = false;
  let wake = Promise.withResolvers<void>();
  port.on("message", () => {
    free++;
    wake.resolve();
  });
  port.on("close", () => {
    closed = true;
    wake.resolve();
  });
  const send = (sent: Sent, memory: readonly ArrayBuffer[] = []) => port.postMessage(sent, memory);
  try {
    for await (const chunk of chunks) {
      while (free === 0 && !closed) {
        await wake.promise;
        wake = Promise.withResolvers();
      }
      if (closed) return;
      free--;
      const { buffer } = chunk;
      if (given && buffer instanceof ArrayBuffer && buffer.byteLength === chunk.length) {
        send({ chunk }, [buffer]);
      } else {
        const own = new Uint8Array(chunk);
        done?.(chunk);
        send({ chunk: own }, [own.buffer]);
      }
    }
    send("end");
  } catch (error) {
    send({ failure: failureOf(error) });
    throw error;
  }
}

/** Chunks that come from another thread. */
export interface ReceivedChunks {
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** Ends them with an error. */
  fail(error: unknown): void;
}

export function receiveChunks(port: MessagePort, errorOf: (failure: Failure) => unknown): ReceivedChunks {
  const arrived: Sent[] = [];
  let failed: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  port.on("message", (sent: Sent) => {
    arrived.push(sent);
    wake.resolve();
  });

  async function* receive(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (failed !== undefined) throw failed.error;
        const sent = arrived.shift();
        if (sent === "end") return;
        if (sent === undefined) {
          await wake.promise;
          wake = Promise.withResolvers();
        } else if ("failure" in sent) {
          throw errorOf(sent.failure);
        } else {
          yield sent.chunk;
          port.postMessage("taken");
        }
      }
    } finally {
      port.close();
    }
  }

  return {
    chunks: receive(),
    fail(error) {
      failed ??= { error };
      wake.resolve();
    },
  };
}

function failureOf(error: unknown): Failure {
  return {
    message: error instanceof Error ? error.message : String(error),
    expected: error instanceof FormatError,
    detected: error instanceof FormatError ? error.detected : undefined,
  };
}
