import { once } from "node:events";
import type { Server } from "node:http";
import { loopback } from "../cloud/ports.ts";

/** Lets a server listen on a free port of the loopback interface, and tells which. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, loopback);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port");
  return address.port;
}
