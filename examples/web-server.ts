import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { basename } from "node:path";

/** Serves one file on this machine while something is done with its URL: it stands for a vendor's download page. */
export async function whileServed(
  file: string,
  run: (url: string) => Promise<void>,
  contentType = "application/octet-stream",
): Promise<void> {
  const { size, mtime } = await stat(file);
  const server = createServer((request, response) => {
    if (request.url !== `/${basename(file)}`) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": contentType,
      "content-length": size,
      "last-modified": mtime.toUTCString(),
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  try {
    await run(`http://127.0.0.1:${address.port}/${basename(file)}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
