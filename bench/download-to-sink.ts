import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestFile } from "imagewright/transfer";
import { runMeasured } from "./support/process.ts";
import { writeRandomFile } from "./support/random-file.ts";
import { serve } from "./support/serve.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

const child = join(import.meta.dirname, "download-child.ts");

/** What one contestant's turns took. */
interface Turns {
  readonly seconds: number[];
  readonly peaks: number[];
}

export interface SinkOptions {
  readonly sizeBytes: number;
  readonly rounds: number;
}

/**
 * Streams a URL to a sink on this machine: curl into curl, and imagewright without a cache, with a cold one that ends
 * filled and verified, and with a warm one. In turns; the seconds are those of whole processes.
 */
export async function downloadToSink({ sizeBytes, rounds }: SinkOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-bench-"));
  const stop = new AbortController();
  try {
    const file = join(folder, "image");
    await writeRandomFile(file, sizeBytes);
    console.log(report(await compare({ file, folder, rounds, signal: stop.signal })));
  } finally {
    stop.abort();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Comparison {
  readonly file: string;
  readonly folder: string;
  readonly rounds: number;
  readonly signal: AbortSignal;
}

async function compare({ file, folder, rounds, signal }: Comparison): Promise<ReadonlyMap<string, Turns>> {
  const sha256 = await digestFile({ file }, "sha256");
  const origin = await serve(file, signal);
  const [url, sink] = [`${origin}/image`, `${origin}/sink`];
  const cache = join(folder, "cache");
  const own = async (...more: readonly string[]) => {
    const ran = await runMeasured(process.execPath, [child, url, sink, ...more], { signal });
    if (!ran.output.includes(sha256)) throw new Error(`Other bytes came through: ${ran.output}`);
    return ran;
  };
  const contestants = {
    "curl | curl": () =>
      runMeasured("sh", ["-c", 'curl -sSf "$0" | curl -sSf -T - "$1"', url, sink], { signal }),
    "no cache": () => own(),
    "cold cache": async () => {
      await rm(cache, { recursive: true, force: true });
      return own(cache);
    },
    "warm cache": () => own(cache),
  };
  const results = new Map<string, Turns>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, turn] of Object.entries(contestants)) {
      const { seconds, peakRssBytes } = await turn();
      const turns = results.get(name) ?? { seconds: [], peaks: [] };
      turns.seconds.push(seconds);
      turns.peaks.push(peakRssBytes ?? Number.NaN);
      results.set(name, turns);
    }
  }
  return results;
}

function report(results: ReadonlyMap<string, Turns>): string {
  const curlSeconds = median(results.get("curl | curl")?.seconds ?? []);
  return table([
    ["", "median s", "min", "max", "× curl", "peak MB"],
    ...[...results].map(([name, { seconds, peaks }]) => [
      name,
      median(seconds).toFixed(2),
      Math.min(...seconds).toFixed(2),
      Math.max(...seconds).toFixed(2),
      (median(seconds) / curlSeconds).toFixed(2),
      name === "curl | curl" ? "" : (Math.max(...peaks) / 1e6).toFixed(0),
    ]),
  ]);
}
