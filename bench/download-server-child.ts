/** node bench/download-server-child.ts FILE: serves it with an entity tag, takes what is put, and prints the origin. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";

const [file = ""] = process.argv.slice(2);
const etag = '"bench"';

const server = createServer((request, response) => {
  if (request.method === "PUT") {
    request.resume().once("end", () => response.writeHead(204).end());
  } else if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, { etag }).end();
  } else {
    response.writeHead(200, { etag, "content-length": statSync(file).size });
    createReadStream(file, { highWaterMark: 1024 * 1024 }).pipe(response);
  }
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`http://127.0.0.1:${address?.port}`);
});
