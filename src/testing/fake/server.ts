import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Cut } from "./controls.ts";
import type { Serve } from "./serve.ts";
import type { FakeResponse } from "./wire.ts";

/** A server on the loopback interface, at a port that is free. */
export interface LoopbackServer {
  readonly origin: string;
  close(): Promise<void>;
}

export async function listen(serve: Serve): Promise<LoopbackServer> {
  const server = createServer();
  const respond = (request: IncomingMessage, response: ServerResponse) =>
    void answer(serve, request, response);
  server.on("request", respond);
  // Nobody is asked for a body that is refused anyway.
  server.on("checkContinue", respond);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answer(serve: Serve, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request;
  // A client that goes away is no failure of the server.
  request.on("error", () => {});
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, [value].flat().join(", "));
    const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "127.0.0.1"}`);
    write(
      response,
      request,
      await serve({ method: request.method ?? "GET", url, headers, body: bodyOf(request, response) }),
    );
  } catch (error) {
    if (!(error instanceof Cut) || error.answer === undefined) {
      socket.destroy();
      return;
    }
    const { status, headers, body } = error.answer;
    response.writeHead(status, headers);
    response.write(body ?? "", () => socket.destroy());
  }
}

function write(
  response: ServerResponse,
  request: IncomingMessage,
  { status, headers, body }: FakeResponse,
): void {
  // What is left of a body isn't read: the connection is of no more use.
  const unread = request.readableEnded ? {} : { connection: "close" };
  const length = body === undefined && status !== 204 ? { "content-length": "0" } : {};
  response.writeHead(status, { ...length, ...headers, ...(hasBody(request) ? unread : {}) });
  response.end(body);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

async function* bodyOf(request: IncomingMessage, response: ServerResponse): AsyncGenerator<Uint8Array> {
  if (request.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
  // A body that isn't read to its end may still be answered.
  yield* request.iterator({ destroyOnReturn: false });
}
