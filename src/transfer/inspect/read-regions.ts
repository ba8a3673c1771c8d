import type { ReadAt } from "../opened.ts";
import { type Findings, findingsOf } from "./inspector.ts";
import { search } from "./search.ts";

/** Inspects data of which any part can be read, and reads only what is needed: at most a few mebibytes. */
export async function readRegions(readAt: ReadAt, sizeBytes: number): Promise<Findings> {
  const looking = search();
  for (const parsing of looking.parsings) {
    while (parsing.wanted !== undefined && !looking.isDone()) {
      const { wanted } = parsing;
      const length = "last" in wanted ? Math.min(wanted.last, sizeBytes) : wanted.length;
      const offset = "last" in wanted ? sizeBytes - length : wanted.offset;
      parsing.give(
        offset >= sizeBytes ? new Uint8Array() : await readAt(offset, Math.min(length, sizeBytes - offset)),
      );
    }
  }
  return findingsOf(looking, sizeBytes);
}
