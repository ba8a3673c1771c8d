import { type MessagePort, workerData } from "node:worker_threads";
import { freeByParts, freeMemory } from "../free-memory.ts";
import { bzip2 } from "./bzip2.ts";
import { receiveChunks, sendChunks } from "./chunk-port.ts";
import { xz } from "./xz.ts";

/** What a thread is started with. */
export interface WorkerInput {
  readonly codec: "bzip2" | "xz";
  readonly compressed: MessagePort;
  readonly decompressed: MessagePort;
}

const { codec, compressed, decompressed } = workerData as WorkerInput;
const { decompress } = codec === "xz" ? xz : bzip2;
// An error of the source is known where the source is.
const { chunks } = receiveChunks(compressed, ({ message }) => new Error(message));
const output = decompress(chunks, freeMemory);
sendChunks(output, decompressed, { given: true, done: freeByParts() }).catch(() => undefined);
