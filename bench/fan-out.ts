import { randomFillSync } from "node:crypto";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { ImageManager } from "imagewright";
import { openSink, type Sink } from "./support/sink.ts";
import { parseSizeBytes } from "./support/size.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

const usage = `Sends one source to rate-limited HTTP sinks at once, and holds the time against that of one.

  --size SIZE     of the source, such as 64MiB (64MiB)
  --rate SIZE     that a sink reads in a second (16MiB)
  --sinks NUMBER  (4)
  --runs NUMBER   of turns (3)
  --check         fails when the source is read more than once, or it takes more than 1.3 times one sink's time`;

/** The most that all may take, in times of one. */
const PROMISED = 1.3;

export async function run(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      size: { type: "string", default: "64MiB" },
      rate: { type: "string", default: "16MiB" },
      sinks: { type: "string", default: "4" },
      runs: { type: "string", default: "3" },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const sizeBytes = parseSizeBytes(values.size);
  const rate = parseSizeBytes(values.rate);
  const count = Number(values.sinks);
  console.log(`The median of ${values.runs} turns. Node ${process.versions.node},`);
  console.log(`${availableParallelism()} processors, load before: ${loadavg()[0]?.toFixed(2)}\n`);
  const turns = { one: [] as Turn[], all: [] as Turn[] };
  for (let turn = 0; turn < Number(values.runs); turn++) {
    turns.one.push(await send(sizeBytes, rate, 1));
    turns.all.push(await send(sizeBytes, rate, count));
  }
  const secondsOf = (some: readonly Turn[]) => median(some.map(({ seconds }) => seconds));
  const readsOf = (some: readonly Turn[]) => Math.max(...some.map(({ readBytes }) => readBytes / sizeBytes));
  const ratio = secondsOf(turns.all) / secondsOf(turns.one);
  console.log(
    table([
      ["sinks", "seconds", "reads", "times one"],
      ["1", secondsOf(turns.one).toFixed(2), readsOf(turns.one).toFixed(2), "1.00"],
      [String(count), secondsOf(turns.all).toFixed(2), readsOf(turns.all).toFixed(2), ratio.toFixed(2)],
    ]),
  );
  if (values.check && !(ratio <= PROMISED && readsOf(turns.all) <= 1)) process.exitCode = 1;
}

interface Turn {
  readonly seconds: number;
  readonly readBytes: number;
}

async function send(sizeBytes: number, bytesPerSecond: number, count: number): Promise<Turn> {
  const sinks: Sink[] = [];
  for (let index = 0; index < count; index++) sinks.push(await openSink(bytesPerSecond));
  const part = randomFillSync(Buffer.alloc(256 * 1024));
  let readBytes = 0;
  const open = async function* (): AsyncGenerator<Uint8Array> {
    for (let offset = 0; offset < sizeBytes; offset += part.length) {
      const chunk = part.subarray(0, sizeBytes - offset);
      readBytes += chunk.length;
      yield chunk;
    }
  };
  const backends = sinks.map(({ backend }) => backend);
  const [first] = backends;
  if (first === undefined) throw new Error("At least one sink");
  const images = new ImageManager(first);
  const source = { open, size: sizeBytes };
  const spec = { name: "fan-out", containerFormat: "bare", diskFormat: "raw", source };
  const startMs = performance.now();
  try {
    for (const result of await images.applyTo(spec, backends)) {
      if (result.status === "rejected") throw result.error;
    }
    for (const { receivedBytes } of sinks) {
      if (receivedBytes() !== sizeBytes) throw new Error(`A sink has ${receivedBytes()} bytes`);
    }
    return { seconds: (performance.now() - startMs) / 1_000, readBytes };
  } finally {
    for (const { close } of sinks) close();
  }
}
