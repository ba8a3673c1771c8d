/** node bench/serve-child.ts FOLDER: serves its files on this machine and prints the origin. */
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const [folder = ""] = process.argv.slice(2);

const server = createServer((request, response) => {
  const path = join(folder, request.url ?? "");
  response.writeHead(200, { "content-length": statSync(path).size });
  createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(response);
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") console.log(`http://127.0.0.1:${address?.port}`);
});
