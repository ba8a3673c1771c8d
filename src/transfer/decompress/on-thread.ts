import { MessageChannel, Worker } from "node:worker_threads";
import { untilAborted } from "../../model/abort.ts";
import { FormatError } from "../../model/errors/index.ts";
import { type Failure, receiveChunks, sendChunks } from "./chunk-port.ts";
import type { WorkerInput } from "./decompress-worker.ts";
import type { Decompressor } from "./decompressor.ts";
import { unreadable } from "./errors.ts";

/** Beside this file: as it is written, and as it is built. */
const WORKER: URL = new URL(
  `./decompress-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`,
  import.meta.url,
);

/**
 * A decompressor that works on a thread of its own, beside everything else: WebAssembly would keep this one busy, and
 * the libraries keep things for the whole thread.
 */
export function onThread(
  { codec, matches }: Decompressor<WorkerInput["codec"]>,
  file: URL = WORKER,
): Decompressor {
  return {
    codec,
    matches,
    async *decompress(compressed, done) {
      const input = new MessageChannel();
      const output = new MessageChannel();
      const workerData: WorkerInput = { codec, compressed: input.port2, decompressed: output.port2 };
      const worker = new Worker(file, {
        workerData,
        transferList: [input.port2, output.port2],
        // Those of the process may be for its program alone: Node refuses --input-type with a file.
        execArgv: [],
      });
      const received = receiveChunks(output.port1, (failure) => errorOf(failure, codec));
      const threadFailed = (error: unknown) => received.fail(unreadable(codec, "its thread failed", error));
      worker.on("error", threadFailed);
      worker.on("exit", () => threadFailed(undefined));
      const left = new AbortController();
      const sent = sendChunks(untilAborted(compressed, left.signal), input.port1, { done }).catch(
        received.fail,
      );
      try {
        yield* received.chunks;
      } finally {
        left.abort();
        input.port1.close();
        await worker.terminate();
        await sent;
      }
    },
  };
}

function errorOf({ message, expected, detected }: Failure, codec: WorkerInput["codec"]): unknown {
  if (expected) return new FormatError(message, { code: "ERR_DECOMPRESS", detected });
  return unreadable(codec, message);
}
