import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { digestFile } from "imagewright/transfer";
import type { SinkOrder, SinkReport } from "./sink-child.ts";
import { byHand } from "./support/by-hand.ts";
import { type ProcessRun, runMeasured } from "./support/process.ts";
import { writeRandomFile } from "./support/random-file.ts";
import { serve } from "./support/serve.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

export interface SinkComparison {
  readonly from: "file" | "url";
  readonly sizeBytes: number;
  readonly rounds: number;
  /** How many bytes a second the server of the URL sends over a connection. Default: no limit. */
  readonly throttleBytes?: number | undefined;
}

interface Turn {
  readonly seconds: number;
  /** Of the processor; `undefined` of other programs. */
  readonly processorSeconds: number | undefined;
  readonly peakRssBytes: number | undefined;
}

type Contestants = Readonly<Record<string, () => Promise<Turn>>>;

const algorithm = "sha512";
const childPath = (name: string) => join(import.meta.dirname, name);

/**
 * Streams a file, or a URL, to a server on this machine that forgets the bytes, with sha512 on the way; beside it what
 * curl takes without a digest, and the digest of the file alone, or what curl takes with a digest and a file that is
 * kept. In turns, after one that doesn't count.
 */
export async function compareToSink({
  from,
  sizeBytes,
  rounds,
  throttleBytes,
}: SinkComparison): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-bench-"));
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  try {
    const file = join(folder, "image");
    await writeRandomFile(file, sizeBytes);
    const contestants = await contestantsOf(from, { file, folder, throttleBytes, signal: stop.signal });
    const results = new Map<string, Turn[]>(Object.keys(contestants).map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++)
      for (const [name, take] of Object.entries(contestants)) {
        const turn = await take();
        if (round > 0) results.get(name)?.push(turn);
      }
    console.log(report(results));
  } finally {
    stop.abort();
    await rm(folder, { recursive: true, force: true });
  }
}

async function contestantsOf(
  from: SinkComparison["from"],
  {
    file,
    folder,
    throttleBytes,
    signal,
  }: { file: string; folder: string; throttleBytes: number | undefined; signal: AbortSignal },
): Promise<Contestants> {
  const origin = await serve(file, signal, throttleBytes);
  const [url, sink, cache] = [`${origin}/image`, `${origin}/sink`, join(folder, "cache")];
  const expected = await digestFile({ file }, algorithm);
  const curl =
    (command: string, ...parameters: string[]) =>
    async () =>
      turnOf(
        await runMeasured("sh", ["-c", command, ...parameters], { signal, environment: { dir: folder } }),
      );
  const own = async (order: Pick<SinkOrder, "source" | "cache" | "connections">): Promise<Turn> => {
    const parameter = JSON.stringify({ ...order, algorithms: [algorithm], sink });
    const ran = await runMeasured(process.execPath, [childPath("sink-child.ts"), parameter], { signal });
    const told: SinkReport = JSON.parse(ran.output);
    if (told.digest !== expected) throw new Error(`Other bytes came through: ${ran.output}`);
    return { ...turnOf(ran), ...told };
  };
  if (from === "file")
    return {
      "curl -T": curl('curl -sSf -T "$0" "$1"', file, sink),
      [`${algorithm} alone`]: async () => {
        const parameters = [childPath("digest-child.ts"), algorithm, file];
        const ran = await runMeasured(process.execPath, parameters, { signal });
        return { ...turnOf(ran), seconds: Number(JSON.parse(ran.output).seconds) };
      },
      imagewright: () => own({ source: { file } }),
    };
  return {
    "curl | curl": curl('curl -sSf "$0" | curl -sSf -T - "$1"', url, sink),
    "by hand": curl(byHand('curl -sSf "$0"', 'curl -sSf -T - "$1"', true), url, sink),
    ...(throttleBytes === undefined
      ? {}
      : { "one connection": () => own({ source: { url }, connections: 1 }) }),
    "no cache": () => own({ source: { url } }),
    "cold cache": async () => {
      await rm(cache, { recursive: true, force: true });
      return own({ source: { url }, cache });
    },
    "warm cache": () => own({ source: { url }, cache }),
  };
}

function turnOf({ seconds, peakRssBytes }: ProcessRun): Turn {
  return { seconds, processorSeconds: undefined, peakRssBytes };
}

function report(results: ReadonlyMap<string, readonly Turn[]>): string {
  const [[, first] = ["", []]] = results;
  const secondsOf = (turns: readonly Turn[]) => turns.map(({ seconds }) => seconds);
  const rows = [...results].map(([name, turns]) => {
    const seconds = secondsOf(turns);
    const processor = turns.flatMap(({ processorSeconds }) => processorSeconds ?? []);
    const peaks = turns.map(({ peakRssBytes = Number.NaN }) => peakRssBytes);
    return [
      name,
      ...[median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) => value.toFixed(2)),
      (median(seconds) / median(secondsOf(first))).toFixed(2),
      processor.length === 0 ? "" : median(processor).toFixed(2),
      (Math.max(...peaks) / 1e6).toFixed(0),
    ];
  });
  const heading = ["", "median s", "min", "max", "× curl", "processor s", "peak MB"];
  return `"s" is of curl the processes, of the others the call, in a process that runs already.
Node ${process.versions.node}, ${availableParallelism()} processors, load: ${loadavg()[0]?.toFixed(2)}\n
${table([heading, ...rows])}`;
}
