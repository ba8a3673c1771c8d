import { createHash } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { type RingMemory, readRing } from "./byte-ring.ts";

/** What a thread is started with. */
export interface WorkerInput {
  readonly algorithm: string;
  readonly memory: RingMemory;
  /** Which of the ring's readers it is. */
  readonly reader: number;
}

/** What a thread says: the digest in the end; before that, that there is room again. */
export type WorkerNews = { readonly hex: string } | "room";

const { algorithm, memory, reader } = workerData as WorkerInput;
const hash = createHash(algorithm);
const tell = (news: WorkerNews): void => parentPort?.postMessage(news);
readRing(memory, { reader, onBytes: (bytes) => hash.update(bytes), onRoom: () => tell("room") });
tell({ hex: hash.digest("hex") });
