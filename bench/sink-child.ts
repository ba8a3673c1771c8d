/** Streams one source to a sink, by the order that is its last argument, and prints a report. */
import { type Codec, openTransfer } from "imagewright/transfer";
import { put } from "./support/put.ts";

export interface SinkOrder {
  readonly source: { readonly file: string } | { readonly url: string };
  /** Where downloads are kept. Default: nowhere. */
  readonly cache?: string;
  /** Over how many connections a URL may be downloaded. Default: the library's. */
  readonly connections?: number;
  readonly algorithms: readonly string[];
  readonly decompress?: Codec | undefined;
  readonly sink: string;
}

export interface SinkReport {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly digest: string | undefined;
}

const order: SinkOrder = JSON.parse(process.argv.at(-1) ?? "{}");
const { source, cache, connections, algorithms, decompress, sink } = order;

const startMs = performance.now();
const transfer = await openTransfer(source, {
  algorithms,
  decompress,
  connections,
  cache: cache === undefined ? undefined : { directory: cache },
});
await put(sink, transfer);
const { user, system } = process.cpuUsage();
const report: SinkReport = {
  seconds: (performance.now() - startMs) / 1000,
  processorSeconds: (user + system) / 1e6,
  digest: transfer.passed()?.digests[algorithms[0] ?? ""],
};
console.log(JSON.stringify(report));
