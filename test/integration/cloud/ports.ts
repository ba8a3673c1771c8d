import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

export const loopback = "127.0.0.1";

/** Below the range from which Linux takes the ports of outgoing connections. */
const lowestPort = 20_000;
const highestPort = 32_000;

export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, loopback);
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

export async function freePort(): Promise<number> {
  const port = randomInt(lowestPort, highestPort);
  return (await isFree(port)) ? port : freePort();
}
