import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import { createServer as createRawServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/**
 * A web server on this machine, for one test. Returns its URL, without a path.
 *
 * @param onExpect - gets the requests that ask whether to send their body. Default: they are told to, and `listener`
 *   gets them.
 */
export async function httpServer(listener: RequestListener, onExpect?: RequestListener): Promise<string> {
  const server = createHttpServer(listener);
  if (onExpect !== undefined) server.on("checkContinue", onExpect);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

/** A web server that speaks TLS, for one test. Returns its URL, without a path. */
export async function httpsServer(options: ServerOptions, listener: RequestListener): Promise<string> {
  const server = createHttpsServer(options, listener);
  // A client that doesn't trust it goes away in the middle of the handshake.
  server.on("tlsClientError", () => undefined);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${await portOf(server)}`;
}

/** A server that leaves everything to the test. Returns its URL, without a path. */
export async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createRawServer((socket) => {
    sockets.add(socket);
    // A client that goes away is no failure of the server.
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

/** A port on which nobody listens. Returns its URL, without a path. */
export async function closedPort(): Promise<string> {
  const server = createRawServer();
  const port = await portOf(server);
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server listens on no port");
  return address.port;
}
