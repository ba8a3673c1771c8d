import { Socket } from "node:net";
import { finished, type Readable } from "node:stream";
import { type BufferPool, bufferPool } from "./buffer-pool.ts";
import { collected } from "./collected.ts";
import { freeMemory } from "./free-memory.ts";

/** Node.js hands a body out in pieces of 64 KiB or less: as many as have arrived are worked on at once. */
const CHUNK_BYTES = 256 * 1024;

/** How many chunks may wait until they are taken. */
const AHEAD_CHUNKS = 4;

/** The body of an answer as it arrives. */
export interface Arrivals {
  /** What has arrived; `undefined` when nothing has. Throws what has ended the body too early, when all else was taken. */
  take(): Uint8Array | undefined;
  /** Whether all was taken, and it was whole. */
  isOver(): boolean;
  /** Resolves when there is more to take, or no more to wait for. */
  more(): Promise<void>;
}

/** Buffers for {@link arrivals}. */
export function arrivalsPool(): BufferPool {
  return bufferPool(CHUNK_BYTES);
}

/** A body, and what it comes from. */
export type ArrivingBody = Readable & { readonly socket: unknown };

/** Collects a body, while nobody takes of it, in a few large buffers. */
export function arrivals(response: ArrivingBody, pool: BufferPool): Arrivals {
  const bytes = collected(pool);
  let end: { readonly error?: unknown } | undefined;
  let news = Promise.withResolvers<void>();
  /** Until this turn of the event loop is over: more may have arrived than was handed out yet. */
  let turn: NodeJS.Immediate | undefined;

  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const settle = (): void => {
    turn = undefined;
    tell();
  };
  /** A buffer that isn't full is taken when nothing more has arrived that would go into it. */
  const mayTakeRest = (): boolean => turn === undefined || end !== undefined;
  // What others than Node.js itself hand out may be theirs.
  const { socket } = response;
  const isOwn = socket instanceof Socket;
  // Node.js has copied the body out of it by then.
  if (isOwn) socket.on("data", freeMemory);
  response.on("data", (chunk: Buffer) => {
    bytes.add(chunk);
    if (isOwn) freeMemory(chunk);
    if (bytes.fullCount() >= AHEAD_CHUNKS) response.pause();
    turn ??= setImmediate(settle);
    if (bytes.fullCount() > 0) tell();
  });
  finished(response, (error) => {
    // It may be kept for another answer.
    if (isOwn) socket.off("data", freeMemory);
    end = error ? { error } : {};
    tell();
  });

  return {
    take() {
      const chunk = bytes.takeFull() ?? (mayTakeRest() ? bytes.takeRest() : undefined);
      if (bytes.fullCount() < AHEAD_CHUNKS && response.isPaused()) response.resume();
      if (chunk === undefined && end !== undefined && "error" in end) throw end.error;
      return chunk;
    },
    isOver: () => end !== undefined && !("error" in end) && bytes.isEmpty(),
    more: () => {
      const isThere = bytes.fullCount() > 0 || (mayTakeRest() && !bytes.isEmpty());
      return isThere || end !== undefined ? Promise.resolve() : news.promise;
    },
  };
}
