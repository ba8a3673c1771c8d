/** node bench/download-child.ts URL SINK [CACHE]: streams a URL to a sink, and prints the seconds and the sha256. */
import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { openTransfer } from "imagewright/transfer";

const [url = "", sink = "", directory] = process.argv.slice(2);

const startMs = performance.now();
const transfer = await openTransfer(
  { url },
  { algorithms: ["sha256"], cache: directory === undefined ? undefined : { directory } },
);
try {
  const put = request(sink, { method: "PUT" });
  const taken = new Promise<void>((resolve, reject) => {
    put.once("response", (response) => response.resume().once("end", resolve)).once("error", reject);
  });
  await Promise.all([pipeline(Readable.from(transfer.chunks, { objectMode: true }), put), taken]);
} finally {
  await transfer.close();
}
console.log((performance.now() - startMs) / 1000, transfer.passed()?.digests["sha256"]);
