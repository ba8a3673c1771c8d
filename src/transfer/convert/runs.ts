import type { Extent } from "./extents.ts";

export type CompressedExtent = Extract<Extent, { kind: "compressed" }>;
export type PlainExtent = Exclude<Extent, CompressedExtent>;

/** Compressed clusters whose bytes one read gets. */
export interface CompressedRun {
  readonly kind: "run";
  readonly hostOffset: number;
  readonly lengthBytes: number;
  readonly clusters: readonly CompressedExtent[];
}

/**
 * The extents, with compressed clusters put together that lie one behind the other in the file.
 *
 * @param maxBytes How long a run may be that has more than one cluster.
 */
export function* runsOf(
  extents: readonly Extent[],
  maxBytes: number,
): Generator<PlainExtent | CompressedRun> {
  let clusters: CompressedExtent[] = [];
  for (const extent of extents) {
    if (clusters.length > 0 && !(extent.kind === "compressed" && fits(clusters, extent, maxBytes))) {
      yield runOf(clusters);
      clusters = [];
    }
    if (extent.kind === "compressed") clusters.push(extent);
    else yield extent;
  }
  if (clusters.length > 0) yield runOf(clusters);
}

/** The last sector of a cluster's bytes may be the first of the next one's. */
function fits(clusters: readonly CompressedExtent[], next: CompressedExtent, maxBytes: number): boolean {
  const first = clusters.at(0);
  const last = clusters.at(-1);
  if (first === undefined || last === undefined) return true;
  const isNext = next.hostOffset >= last.hostOffset && next.hostOffset <= endOf(last);
  return isNext && endOf(next) >= endOf(last) && endOf(next) - first.hostOffset <= maxBytes;
}

function runOf(clusters: readonly CompressedExtent[]): CompressedRun {
  const hostOffset = clusters.at(0)?.hostOffset ?? 0;
  const end = clusters.reduce((end, cluster) => Math.max(end, endOf(cluster)), hostOffset);
  return { kind: "run", hostOffset, lengthBytes: end - hostOffset, clusters };
}

function endOf({ hostOffset, compressedBytes }: CompressedExtent): number {
  return hostOffset + compressedBytes;
}
