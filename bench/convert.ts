import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Converter, type ConvertTurn, converters } from "./convert-contestants.ts";
import { makeDisk } from "./support/disk.ts";
import { parseSizeBytes } from "./support/size.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

const usage = `Converts a qcow2 to raw with imagewright and with qemu-img (Debian: qemu-utils), in turns: to a sink that
forgets the bytes (for qemu-img: its null-co), and to a file with holes where there are zeros.

  --size SIZE         of the disk (10GiB)
  --data SIZE         how much of it is data (2GiB)
  --compression NAME  of the qcow2: none, zlib or zstd (none)
  --runs NUMBER       of turns for each of them (5)
  --folder PATH       for the files (the system's temporary one); the image is read from the page cache
  --check             fails unless all that the project promises holds`;

const minSpeedRatio = 0.8;
const maxPeakRssBytes = 200e6;

interface Result extends Converter {
  readonly turns: ConvertTurn[];
}

export async function run(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      size: { type: "string", default: "10GiB" },
      data: { type: "string", default: "2GiB" },
      compression: { type: "string", default: "none" },
      runs: { type: "string", default: "5" },
      folder: { type: "string", default: tmpdir() },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const rounds = Number(values.runs);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--runs ${values.runs} is no number of turns`);
  const { compression } = values;
  if (compression !== "none" && compression !== "zlib" && compression !== "zstd")
    throw new Error(`--compression ${compression} is not none, zlib or zstd`);

  const interruption = new AbortController();
  const { signal } = interruption;
  process.once("SIGINT", () => interruption.abort());
  const folder = await mkdtemp(join(values.folder, "imagewright-bench-"));
  try {
    const file = join(folder, "disk.qcow2");
    const virtualBytes = parseSizeBytes(values.size);
    const dataBytes = parseSizeBytes(values.data);
    await makeDisk({ path: file, virtualBytes, dataBytes, compression, signal });
    const contestants = await converters({ file, virtualBytes, signal });
    console.log(`${rounds} turns with ${values.data} of data (compression: ${compression}) on a disk of ${values.size}.
"s" is the conversion: of qemu-img the process, of imagewright the call, in a process that runs already.
"process s" and "peak MB" are of the whole process.
Node ${process.versions.node}, ${availableParallelism()} processors, load before: ${loadavg()[0]?.toFixed(2)}\n`);
    const results = await takeTurns(contestants, rounds);
    console.log(table([["", "to", "median s", "min", "max", "process s", "peak MB"], ...results.map(row)]));
    console.log();
    const lines = acceptanceLines(results);
    for (const { holds, text } of lines) console.log(`${holds ? "✓" : "✗"} ${text}`);
    if (values.check && lines.some(({ holds }) => !holds)) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The first round doesn't count. Each begins with another contestant. */
async function takeTurns(contestants: readonly Converter[], rounds: number): Promise<readonly Result[]> {
  const results = contestants.map((contestant) => ({ ...contestant, turns: [] as ConvertTurn[] }));
  for (let round = 0; round <= rounds; round++) {
    const first = round % results.length;
    for (const { convert, turns } of [...results.slice(first), ...results.slice(0, first)]) {
      const turn = await convert();
      if (round > 0) turns.push(turn);
    }
  }
  return results;
}

function row({ name, sink, turns }: Result): string[] {
  const seconds = turns.map((turn) => turn.seconds);
  const cells = [median(seconds), Math.min(...seconds), Math.max(...seconds), processSeconds(turns)];
  return [name, sink, ...cells.map((value) => value.toFixed(2)), (peakRssBytes(turns) / 1e6).toFixed(0)];
}

/** What the project promises of a conversion. */
function acceptanceLines(results: readonly Result[]): readonly { holds: boolean; text: string }[] {
  const own = results.filter(({ name }) => name === "imagewright");
  const speeds = own.map(({ sink, turns }) => {
    const peer = results.find((result) => result.name === "qemu-img" && result.sink === sink);
    const ratio = medianSeconds(peer?.turns ?? []) / medianSeconds(turns);
    return {
      holds: ratio >= minSpeedRatio,
      text: `to ${sink}: at least ${minSpeedRatio} × the speed of qemu-img: ${ratio.toFixed(2)}`,
    };
  });
  const peakBytes = Math.max(...own.map(({ turns }) => peakRssBytes(turns)));
  const memory = {
    holds: peakBytes <= maxPeakRssBytes,
    text: `peak RSS at most ${maxPeakRssBytes / 1e6} MB: ${(peakBytes / 1e6).toFixed(0)}`,
  };
  return [...speeds, memory];
}

function medianSeconds(turns: readonly ConvertTurn[]): number {
  return median(turns.map(({ seconds }) => seconds));
}

function processSeconds(turns: readonly ConvertTurn[]): number {
  return median(turns.map((turn) => turn.processSeconds));
}

function peakRssBytes(turns: readonly ConvertTurn[]): number {
  return Math.max(...turns.map((turn) => turn.peakRssBytes ?? Number.NaN));
}
