import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Backend, ImageData } from "imagewright";
import { memory } from "imagewright/memory";

/** A cloud whose data goes through a local HTTP server that reads at a limited rate. */
export interface Sink {
  readonly backend: Backend;
  readonly receivedBytes: () => number;
  close(): void;
}

export async function openSink(bytesPerSecond: number): Promise<Sink> {
  let receivedBytes = 0;
  const server = createServer(async (incoming, response) => {
    const startMs = performance.now();
    let readBytes = 0;
    for await (const chunk of incoming) {
      readBytes += chunk.length;
      receivedBytes += chunk.length;
      const earlyMs = (readBytes / bytesPerSecond) * 1_000 - (performance.now() - startMs);
      if (earlyMs > 0) await sleep(earlyMs);
    }
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const inner = memory();
  const backend: Backend = {
    ...inner,
    async upload(id, { sizeBytes, chunks }: ImageData, options) {
      await inner.upload?.(id, { sizeBytes, chunks: through(port, chunks) }, options);
    },
  };
  return {
    backend,
    receivedBytes: () => receivedBytes,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The chunks, each when the server has taken it; the end when it has answered. */
async function* through(port: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const sent = request({ port, host: "127.0.0.1", method: "PUT", agent: false });
  const answered = once(sent, "response");
  for await (const chunk of chunks) {
    if (!sent.write(chunk)) await once(sent, "drain");
    yield chunk;
  }
  sent.end();
  const [response] = await answered;
  response.resume();
}
