import { capture } from "./capture.ts";
import { conclude } from "./conclude.ts";
import type { InspectedFormat, Inspection } from "./inspection.ts";
import { lastBytes } from "./last-bytes.ts";
import { MAX_LAST_BYTES } from "./parser.ts";
import { type Search, search } from "./search.ts";

/** What is known of data at some point. */
export interface Findings {
  /** What the data is, as far as it was seen. */
  readonly inspection: Inspection;
  /** Whether seeing more changes nothing. */
  readonly isDone: boolean;
  /** Whether the data can't be of this format any more. */
  isRuledOut(format: InspectedFormat): boolean;
}

/** Inspects data as it passes. It keeps no chunk, and of their bytes at most a few hundred kibibytes at once. */
export interface Inspector {
  update(chunk: Uint8Array): void;
  /** To be called after the last chunk. */
  end(): void;
  findings(): Findings;
  /** Whether only the end of the data can tell more. */
  isDoneButForEnd(): boolean;
}

/** @param sizeBytes How many bytes there will be, where that is known. */
export function inspector(sizeBytes?: number): Inspector {
  const looking = search();
  const captures = looking.parsings.map(capture);
  const tail = lastBytes(MAX_LAST_BYTES);
  let offset = 0;
  let size = sizeBytes;
  let isHeadDone = false;
  return {
    update(chunk) {
      if (!isHeadDone) {
        for (const each of captures) each.update(chunk, offset);
        isHeadDone = looking.isDoneButForEnd();
      }
      offset += chunk.length;
      tail.update(chunk);
    },
    end() {
      size = offset;
      for (const each of captures) each.end(tail.last);
    },
    findings: () => findingsOf(looking, size),
    isDoneButForEnd: () => isHeadDone,
  };
}

/** What a search has come to. */
export function findingsOf(looking: Search, sizeBytes: number | undefined): Findings {
  return {
    inspection: conclude(looking.findings(), sizeBytes),
    isDone: looking.isDone(),
    isRuledOut: looking.isRuledOut,
  };
}
