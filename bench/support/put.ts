import { once } from "node:events";
import { request } from "node:http";
import type { Transfer } from "imagewright/transfer";

/** Streams a transfer to a server as fast as it takes it, and closes it. */
export async function put(url: string, transfer: Transfer): Promise<void> {
  const { sizeBytes, chunks, release } = transfer;
  const headers = sizeBytes === undefined ? {} : { "content-length": sizeBytes };
  const sending = request(url, { method: "PUT", headers });
  const answered = once(sending, "response");
  for await (const chunk of chunks)
    if (!sending.write(chunk, () => release(chunk))) await once(sending, "drain");
  sending.end();
  const [response] = await answered;
  response.resume();
  await transfer.close();
}
