import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomFillSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ImageManager } from "imagewright";
import { openstack } from "imagewright/openstack";
import { type Codec, decompress, openSource } from "imagewright/transfer";
import { startCloud } from "../test/integration/cloud/start.ts";
import type { SinkOrder, SinkReport } from "./sink-child.ts";
import { byHand } from "./support/by-hand.ts";
import { runMeasured } from "./support/process.ts";
import { serve } from "./support/serve.ts";
import { parseSizeBytes } from "./support/size.ts";
import { median } from "./support/statistics.ts";
import { table } from "./support/table.ts";

const usage = `Creates images from compressed URLs, and holds the time against that of each part alone. A cloud on the same
machine takes a processor from the decoder: --sink has none.

  --size SIZE     of the disk before it is compressed, such as 512MiB (256MiB)
  --runs NUMBER   of turns (3)
  --codecs NAMES  with commas between them (gzip,bzip2,xz,zstd)
  --cloud NAME    an entry of clouds.yaml; without it a Keystone and a Glance are started for this
  --sink          to a server on this machine that forgets the bytes, with sha512, in place of a cloud; and the same by
                  hand: curl | the codec's own program | tee | curl, with sha512sum
  --check         fails when one takes more than 1.2 times its slowest part`;

/** The most that the whole may take, in times of its slowest part. */
const PROMISED = 1.2;

const COMPRESSORS = [
  ["gzip", "gz"],
  ["bzip2", "bz2"],
  ["xz", "xz"],
  ["zstd", "zst"],
] as const;

export async function run(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      size: { type: "string", default: "256MiB" },
      runs: { type: "string", default: "3" },
      codecs: { type: "string", default: COMPRESSORS.map(([codec]) => codec).join() },
      cloud: { type: "string" },
      sink: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const wanted = values.codecs.split(",");
  const compressors = COMPRESSORS.filter(([codec]) => wanted.includes(codec));
  if (compressors.length !== wanted.length) throw new Error(`--codecs ${values.codecs}: ${usage}`);
  const started = values.cloud === undefined && !values.sink ? await startCloud() : undefined;
  if (started !== undefined) process.env["OS_CLIENT_CONFIG_FILE"] = started.cloudsYaml;
  const stop = new AbortController();
  const folder = await mkdtemp(join(tmpdir(), "imagewright-bench-"));
  let server: ChildProcess | undefined;
  try {
    await writeDisk(join(folder, "disk"), parseSizeBytes(values.size));
    for (const [tool] of compressors)
      execFileSync(tool, [tool === "xz" ? "-1k" : "-k", join(folder, "disk")], { stdio: "pipe" });
    server = spawn(process.execPath, [join(import.meta.dirname, "serve-child.ts"), folder]);
    const [line] = await once(server.stdout ?? process.stdin, "data");
    const receiver = values.sink
      ? intoSink(`${await serve(join(folder, "disk"), stop.signal)}/sink`, folder, stop.signal)
      : intoCloud(new ImageManager(await openstack({ cloud: values.cloud ?? "demo" })));
    const files = { folder, origin: String(line).trim(), compressors };
    const ratios = await measure(receiver, files, Number(values.runs));
    if (values.check && ratios.some((ratio) => !(ratio <= PROMISED))) process.exitCode = 1;
  } finally {
    server?.kill();
    stop.abort();
    await rm(folder, { recursive: true });
    await started?.stop();
  }
}

interface Received {
  readonly seconds: number;
  /** Of a process that does nothing else; `undefined` where it does. */
  readonly peakRssBytes?: number | undefined;
}

interface Receiver {
  /** Takes a source, decompressed where that is said. */
  receive(source: { readonly file: string } | { readonly url: string }, codec?: Codec): Promise<Received>;
  /** Takes what the programs of this system make of a URL. */
  receiveByHand?(url: string, codec: Codec): Promise<void>;
}

interface Files {
  readonly folder: string;
  /** Where they are served. */
  readonly origin: string;
  readonly compressors: readonly (typeof COMPRESSORS)[number][];
}

async function measure(
  { receive, receiveByHand }: Receiver,
  { folder, origin, compressors }: Files,
  runs: number,
): Promise<readonly number[]> {
  console.log(
    `Seconds, the median of ${runs} turns after one that doesn't count. Node ${process.versions.node},`,
  );
  console.log(`${availableParallelism()} processors, load before: ${loadavg()[0]?.toFixed(2)}\n`);
  const rows = [["codec", "download", "decompress", "upload", "all", "all / slowest", "peak MB", "by hand"]];
  const ratios: number[] = [];
  for (const [codec, suffix] of compressors) {
    const url = `${origin}/disk.${suffix}`;
    const parts = {
      download: async () => drain((await openSource({ url })).chunks),
      decompress: () => drain(decompress(createReadStream(join(folder, `disk.${suffix}`)), { codec })),
      upload: () => receive({ file: join(folder, "disk") }),
      all: () => receive({ url }, codec),
      byHand: async () => receiveByHand?.(url, codec),
    };
    const turns: Record<keyof typeof parts, number>[] = [];
    let peakRssBytes = 0;
    for (let turn = 0; turn <= runs; turn++) {
      const download = await secondsOf(parts.download);
      const decompressed = await secondsOf(parts.decompress);
      const upload = await parts.upload();
      const all = await parts.all();
      peakRssBytes = Math.max(peakRssBytes, all.peakRssBytes ?? 0);
      const hand = await secondsOf(parts.byHand);
      const whole = { upload: upload.seconds, all: all.seconds, byHand: hand };
      turns.push({ download, decompress: decompressed, ...whole });
    }
    const of = (part: keyof typeof parts) => median(turns.slice(1).map((turn) => turn[part]));
    const ratio = of("all") / Math.max(of("download"), of("decompress"), of("upload"));
    ratios.push(ratio);
    const seconds = [of("download"), of("decompress"), of("upload"), of("all"), ratio];
    const peak = peakRssBytes === 0 ? "" : (peakRssBytes / 1e6).toFixed(0);
    const hand = receiveByHand === undefined ? "" : of("byHand").toFixed(2);
    rows.push([codec, ...seconds.map((value) => value.toFixed(2)), peak, hand]);
  }
  console.log(table(rows));
  return ratios;
}

/** From before the image is created until it is active; its deletion doesn't count. */
function intoCloud(images: ImageManager): Receiver {
  return {
    async receive(source, codec) {
      const spec = { name: `imagewright-bench-${randomUUID()}`, containerFormat: "bare", diskFormat: "raw" };
      let id = "";
      const seconds = await secondsOf(async () => {
        ({ id } = (await images.apply({ ...spec, source, decompress: codec })).image);
      });
      await images.destroy(id);
      return { seconds };
    },
  };
}

/** In a process of its own each time. */
function intoSink(sink: string, folder: string, signal: AbortSignal): Receiver {
  const program = join(import.meta.dirname, "sink-child.ts");
  return {
    async receive(source, codec) {
      const order: SinkOrder = { source, sink, algorithms: ["sha512"], decompress: codec };
      const run = await runMeasured(process.execPath, [program, JSON.stringify(order)], { signal });
      const { seconds }: SinkReport = JSON.parse(run.output);
      return { seconds, peakRssBytes: run.peakRssBytes };
    },
    async receiveByHand(url, codec) {
      const command = byHand(`curl -sSf "$0" | ${codec} -dc`, 'curl -sSf -T - "$1"', false);
      await runMeasured("sh", ["-c", command, url, sink], { signal, environment: { dir: folder } });
    },
  };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1_000;
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks);
}

/** Like a disk: half of it was never written to, a quarter is text, a quarter is compressed already. */
async function writeDisk(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, "wx");
  const part = Buffer.alloc(1024 * 1024);
  try {
    for (let written = 0, turn = 0; written < sizeBytes; turn++) {
      if (turn % 4 === 0) randomFillSync(part);
      else if (turn % 4 === 1) part.fill(textOf(turn, part.length));
      else part.fill(0);
      written += (await file.write(part.subarray(0, sizeBytes - written))).bytesWritten;
    }
  } finally {
    await file.close();
  }
}

function textOf(turn: number, length: number): string {
  let text = "";
  for (let line = 0; text.length < length; line++) text += `${turn} ${(line * 7_919) % 100_003} of a log\n`;
  return text;
}
