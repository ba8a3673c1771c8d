import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { digestFile } from "imagewright/transfer";
import { runMeasured } from "./support/process.ts";
import { writeRandomFile } from "./support/random-file.ts";
import { parseSizeBytes } from "./support/size.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

const usage = `Streams a URL to a sink on this machine: curl into curl, and imagewright without a cache, with a cold one that
ends filled and verified, and with a warm one. In turns; the seconds are those of whole processes.

  --size SIZE     of the file, such as 512MiB (256MiB)
  --runs NUMBER   of turns for each of them (3)`;

const child = join(import.meta.dirname, "download-child.ts");

/** What one contestant's turns took. */
interface Turns {
  readonly seconds: number[];
  readonly peaks: number[];
}

export async function run(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      size: { type: "string", default: "256MiB" },
      runs: { type: "string", default: "3" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const rounds = Number(values.runs);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--runs ${values.runs} is no number of turns`);
  const folder = await mkdtemp(join(tmpdir(), "imagewright-bench-"));
  const stop = new AbortController();
  try {
    const file = join(folder, "image");
    await writeRandomFile(file, parseSizeBytes(values.size));
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

async function serve(file: string, signal: AbortSignal): Promise<string> {
  const server = spawn(process.execPath, [join(import.meta.dirname, "download-server-child.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
    signal,
  });
  // It is aborted in the end.
  server.once("error", () => undefined);
  const [origin] = await once(createInterface(server.stdout), "line");
  return String(origin);
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
