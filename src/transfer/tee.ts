import { NetworkError } from "../model/index.ts";
import type { Transfer } from "./pipeline.ts";

/** How much may wait for the slowest receiver, in bytes; one chunk may be more. */
const AHEAD_BYTES = 4 * 1024 * 1024;

/** How one transfer is dealt out. */
export interface TeeOptions {
  /** For how long a receiver may take nothing while there is something for it, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** For each receiver, told when it took nothing for so long: it is left out. */
  readonly onStall: readonly ((error: NetworkError) => void)[];
}

/** A chunk, and the receivers that aren't done with it. */
interface Held {
  readonly chunk: Uint8Array;
  readonly holders: Set<Lane>;
}

/** One receiver's way through a transfer. */
interface Lane {
  hasRoom(): boolean;
  put(piece: Uint8Array): void;
  end(): void;
  fail(error: unknown): void;
}

/**
 * Deals one transfer out to several receivers: read once, every chunk the same memory for all. The slowest of them sets
 * the pace, a few mebibytes behind the fastest; one that stalls, fails or is closed is left out, and the others go on.
 * The transfer is closed when all of them are.
 */
export function tee(transfer: Transfer, { stallTimeoutMs, onStall }: TeeOptions): readonly Transfer[] {
  const held = new WeakMap<Uint8Array, Held>();
  const live = new Set<Lane>();
  let open = onStall.length;
  let begun = false;
  let changed = Promise.withResolvers<void>();

  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const release = (lane: Lane, piece: Uint8Array): void => {
    const { chunk, holders } = held.get(piece) ?? {};
    if (chunk !== undefined && holders?.delete(lane) === true && holders.size === 0) transfer.release(chunk);
  };

  async function deal(): Promise<void> {
    const chunks = transfer.chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        while ([...live].some((lane) => !lane.hasRoom())) await changed.promise;
        if (live.size === 0) break;
        const next = await chunks.next();
        if (next.done === true) break;
        // A source may hand the same memory out again: each time it is another piece.
        const piece = next.value.subarray();
        held.set(piece, { chunk: next.value, holders: new Set(live) });
        for (const lane of live) lane.put(piece);
      }
      for (const lane of live) lane.end();
    } catch (error) {
      for (const lane of live) lane.fail(error);
    } finally {
      Promise.resolve(chunks.return?.()).catch(() => undefined);
    }
  }

  const begin = (): void => {
    if (begun) return;
    begun = true;
    deal();
  };

  const branches = onStall.map((stalled): Transfer => {
    let pieces: Uint8Array[] = [];
    let queuedBytes = 0;
    let takenBytes = 0;
    let asked = false;
    let closed = false;
    let outcome: { readonly error?: unknown } | undefined;
    let news = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;

    const wake = (): void => {
      news.resolve();
      news = Promise.withResolvers();
    };
    const settle = (result: { readonly error?: unknown }): void => {
      // What is left out after the source has ended must not look like all of it.
      if (outcome === undefined || !("error" in outcome)) outcome = result;
      wake();
    };
    const leave = (): void => {
      clearTimeout(timer);
      live.delete(lane);
      for (const piece of pieces) release(lane, piece);
      pieces = [];
      queuedBytes = 0;
      change();
    };
    const stall = (): void => {
      const error = new NetworkError(
        `The receiver took no byte after ${takenBytes} for ${stallTimeoutMs} ms: it was left out, so that the others could go on`,
        { code: "ERR_TIMEOUT", phase: "upload", offset: takenBytes },
      );
      leave();
      settle({ error });
      stalled(error);
    };
    const watch = (): void => {
      clearTimeout(timer);
      timer = pieces.length > 0 ? setTimeout(stall, stallTimeoutMs) : undefined;
    };
    const lane: Lane = {
      hasRoom: () => queuedBytes < AHEAD_BYTES,
      put(piece) {
        pieces.push(piece);
        queuedBytes += piece.length;
        if (pieces.length === 1) watch();
        wake();
      },
      end: () => settle({}),
      fail(error) {
        leave();
        settle({ error });
      },
    };
    live.add(lane);

    async function* take(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          const piece = pieces.shift();
          if (piece !== undefined) {
            queuedBytes -= piece.length;
            takenBytes += piece.length;
            watch();
            change();
            yield piece;
          } else if (outcome === undefined) {
            await news.promise;
          } else if ("error" in outcome) {
            throw outcome.error;
          } else {
            return;
          }
        }
      } finally {
        leave();
      }
    }

    return {
      sizeBytes: transfer.sizeBytes,
      sourceSizeBytes: transfer.sourceSizeBytes,
      chunks: {
        [Symbol.asyncIterator]() {
          asked = true;
          begin();
          return take();
        },
      },
      isBegun: () => asked,
      release: (piece) => release(lane, piece),
      passed() {
        const passed = transfer.passed();
        return passed?.sizeBytes === takenBytes ? passed : undefined;
      },
      received: transfer.received,
      async close() {
        if (closed) return;
        closed = true;
        leave();
        settle({ error: new Error("The transfer was closed") });
        open--;
        if (open === 0) await transfer.close();
      },
    };
  });
  return branches;
}
