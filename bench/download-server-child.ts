/**
 * node bench/download-server-child.ts FILE [BYTES]: serves it with an entity tag, and parts of it, over no connection
 * more than so many bytes a second; takes what is put, and prints the origin.
 */
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { freeMemory } from "../src/transfer/free-memory.ts";
import { throttled } from "./support/throttled.ts";

const [file = "", bytesPerSecond] = process.argv.slice(2);
const etag = '"bench"';

const server = createServer((request, response) => {
  if (request.method === "PUT") {
    forget(request).once("end", () => response.writeHead(204).end());
  } else if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, { etag }).end();
  } else {
    const { size } = statSync(file);
    const [, start = "0", end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const range = { start: Number(start), end: end ? Math.min(Number(end), size - 1) : size - 1 };
    const length = { etag, "accept-ranges": "bytes", "content-length": range.end - range.start + 1 };
    const part = { "content-range": `bytes ${range.start}-${range.end}/${size}` };
    if (request.headers.range === undefined) response.writeHead(200, length);
    else response.writeHead(206, { ...length, ...part });
    const data = createReadStream(file, { ...range, highWaterMark: 1024 * 1024 });
    if (bytesPerSecond === undefined) data.pipe(response);
    else pipeline(data, throttled(Number(bytesPerSecond)), response).catch(() => undefined);
  }
});

/** Takes a body and frees its memory at once: to collect it would take a processor from what is measured. */
function forget(request: IncomingMessage): IncomingMessage {
  const { socket } = request;
  socket.on("data", freeMemory);
  request.once("close", () => socket.off("data", freeMemory));
  return request.on("data", freeMemory);
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`http://127.0.0.1:${address?.port}`);
});
