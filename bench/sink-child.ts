/** Streams one source to a sink, by the order that is its last argument, and prints a report. */
import { once } from "node:events";
import { request } from "node:http";
import { openTransfer } from "imagewright/transfer";

export interface SinkOrder {
  readonly source: { readonly file: string } | { readonly url: string };
  /** Where downloads are kept. Default: nowhere. */
  readonly cache?: string;
  /** Over how many connections a URL may be downloaded. Default: the library's. */
  readonly connections?: number;
  readonly algorithms: readonly string[];
  readonly sink: string;
}

export interface SinkReport {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly digest: string | undefined;
}

const { source, cache, connections, algorithms, sink }: SinkOrder = JSON.parse(process.argv.at(-1) ?? "{}");

const startMs = performance.now();
const transfer = await openTransfer(source, {
  algorithms,
  connections,
  cache: cache === undefined ? undefined : { directory: cache },
});
const { sizeBytes = 0, chunks, release } = transfer;
const put = request(sink, { method: "PUT", headers: { "content-length": sizeBytes } });
const answered = once(put, "response");
for await (const chunk of chunks) if (!put.write(chunk, () => release(chunk))) await once(put, "drain");
put.end();
const [response] = await answered;
response.resume();
await transfer.close();
const { user, system } = process.cpuUsage();
const report: SinkReport = {
  seconds: (performance.now() - startMs) / 1000,
  processorSeconds: (user + system) / 1e6,
  digest: transfer.passed()?.digests[algorithms[0] ?? ""],
};
console.log(JSON.stringify(report));
