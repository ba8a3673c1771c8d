import type { Turn } from "./contestants/contestant.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

export interface Result {
  readonly contestant: string;
  readonly turns: readonly Turn[];
}

export interface AcceptanceLine {
  readonly holds: boolean;
  readonly text: string;
}

/** What the project promises of a contestant. */
export interface Promised {
  readonly contestant: string;
  readonly maxRatioToCurl: number;
  /** How many times as fast as the peer it is. */
  readonly minTimesPeer: number;
}

const maxPeakRssBytes = 170e6;

export function formatResults(results: readonly Result[], sizeBytes: number): string {
  const curlSeconds = medianSeconds(find(results, "curl"));
  return table([
    ["", "median s", "min", "max", "MiB/s", "× curl", "process s", "peak MB"],
    ...results.map((result) => row(result, sizeBytes, curlSeconds)),
  ]);
}

function row({ contestant, turns }: Result, sizeBytes: number, curlSeconds: number): string[] {
  const seconds = turns.map((turn) => turn.seconds);
  const medianOfSeconds = median(seconds);
  return [
    contestant,
    medianOfSeconds.toFixed(2),
    Math.min(...seconds).toFixed(2),
    Math.max(...seconds).toFixed(2),
    (sizeBytes / 2 ** 20 / medianOfSeconds).toFixed(0),
    (medianOfSeconds / curlSeconds).toFixed(2),
    median(turns.map((turn) => turn.processSeconds)).toFixed(2),
    megabytes(peakRssBytes(turns)),
  ];
}

/** Whether what the project promises of some of them holds. */
export function acceptanceLines(
  results: readonly Result[],
  promised: readonly Promised[],
): readonly AcceptanceLine[] {
  return promised.flatMap(({ contestant, maxRatioToCurl, minTimesPeer }) => {
    const own = find(results, contestant);
    const ratio = medianSeconds(own) / medianSeconds(find(results, "curl"));
    const peakBytes = peakRssBytes(own?.turns ?? []);
    const speed = {
      holds: ratio <= maxRatioToCurl,
      text: `${contestant}: at most ${maxRatioToCurl.toFixed(2)} × curl: ${ratio.toFixed(3)}`,
    };
    const memory = {
      holds: peakBytes !== undefined && peakBytes <= maxPeakRssBytes,
      text: `${contestant}: peak RSS at most ${megabytes(maxPeakRssBytes)} MB: ${megabytes(peakBytes)}`,
    };
    const peer = find(results, "peer");
    if (peer === undefined) return [speed, memory];
    const times = medianSeconds(peer) / medianSeconds(own);
    const text = `${contestant}: at least ${minTimesPeer} × as fast as the peer: ${times.toFixed(2)}`;
    return [speed, memory, { holds: times >= minTimesPeer, text }];
  });
}

function find(results: readonly Result[], contestant: string): Result | undefined {
  return results.find((result) => result.contestant === contestant);
}

function medianSeconds(result: Result | undefined): number {
  return median((result?.turns ?? []).map((turn) => turn.seconds));
}

function peakRssBytes(turns: readonly Turn[]): number | undefined {
  const peaks = turns.flatMap((turn) => turn.peakRssBytes ?? []);
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "unknown" : (bytes / 1e6).toFixed(0);
}
