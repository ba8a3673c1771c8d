import { NetworkError } from "../../model/index.ts";
import type { Transfer } from "../../transfer/pipeline.ts";
import { tee } from "../../transfer/tee.ts";
import type { WantedData } from "../context.ts";

/** The place of one target in a {@link sharedPass}. */
export interface Seat {
  /**
   * The target's branch of the pass, once every target has said whether it needs one. `undefined` where it has to read
   * the source by itself: it has had its branch, or its data has to be something else than the others'.
   */
  join(wanted: WantedData): Promise<Transfer | undefined>;
  /** The target needs nothing any more; harmless when it is repeated. */
  leave(): void;
}

/** How a pass is shared. */
export interface SharedPassOptions {
  /** For each target, told when the others don't wait for it any longer. */
  readonly onStall: readonly ((error: NetworkError) => void)[];
  /** How long the others wait for a target that needs time to get ready, or takes nothing, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Opens the source, for all. */
  open(wanted: WantedData): Promise<Transfer>;
}

interface Joined {
  readonly index: number;
  readonly wanted: WantedData;
  readonly branch: PromiseWithResolvers<Transfer>;
}

/** One pass of a source for several targets. It is opened when all of them have joined or left, if any has joined. */
export function sharedPass({ onStall, stallTimeoutMs, open }: SharedPassOptions): readonly Seat[] {
  const undecided = new Set(onStall.keys());
  const branches = new Map<number, Transfer>();
  let joined: Joined[] = [];
  let isOpened = false;
  let timer: NodeJS.Timeout | undefined;

  const decide = (index: number): void => {
    undecided.delete(index);
    if (undecided.size > 0 || isOpened) return;
    isOpened = true;
    clearTimeout(timer);
    dealOut();
  };

  async function dealOut(): Promise<void> {
    const [first] = joined;
    if (first === undefined) return;
    const algorithms = [...new Set(joined.flatMap(({ wanted }) => wanted.algorithms))];
    try {
      const transfer = await open({ ...first.wanted, algorithms });
      const takers = joined;
      if (takers.length === 0) return await transfer.close();
      const stalls = takers.map(({ index }) => onStall[index] ?? (() => undefined));
      const dealt = tee(transfer, { stallTimeoutMs, onStall: stalls });
      for (const [position, { index, branch }] of takers.entries()) {
        const taken = dealt[position];
        if (taken === undefined) continue;
        branches.set(index, taken);
        branch.resolve(taken);
      }
    } catch (error) {
      for (const { branch } of joined) branch.reject(error);
    }
  }

  const late = (): void => {
    for (const index of [...undecided]) {
      const message = `The target was not ready for the data within ${stallTimeoutMs} ms after another one was: it was left out, so that the others could go on`;
      onStall[index]?.(new NetworkError(message, { code: "ERR_TIMEOUT", phase: "upload", offset: 0 }));
      decide(index);
    }
  };

  return [...onStall.keys()].map((index) => ({
    async join(wanted) {
      if (!undecided.has(index)) return undefined;
      const [first] = joined;
      if (first !== undefined && keyOf(first.wanted) !== keyOf(wanted)) {
        decide(index);
        return undefined;
      }
      const branch = Promise.withResolvers<Transfer>();
      branch.promise.catch(() => undefined);
      joined.push({ index, wanted, branch });
      timer ??= setTimeout(late, stallTimeoutMs);
      decide(index);
      return branch.promise;
    },
    leave() {
      joined = joined.filter((each) => each.index !== index);
      decide(index);
      branches
        .get(index)
        ?.close()
        .catch(() => undefined);
    },
  }));
}

/** What has to be the same for data to be the same. */
function keyOf({ spec, declared }: WantedData): string {
  const { containerFormat, diskFormat, minDiskGb } = declared;
  return JSON.stringify([spec.decompress, spec.convert, containerFormat, diskFormat, minDiskGb]);
}
