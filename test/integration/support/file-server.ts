import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { loopback } from "../cloud/ports.ts";
import { listen } from "./listen.ts";

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export interface FileServer {
  readonly origin: string;
  readonly requests: readonly SeenRequest[];
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server for one test: a handler for each path, 404 for the others. */
export async function serve(routes: Readonly<Record<string, Handler>>): Promise<FileServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    requests.push({ path, headers: request.headers });
    const handler = routes[path] ?? notFound;
    handler(request, response);
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://${loopback}:${port}`, requests };
}

/** Answers with this content, and says how long it is. */
export function content(data: Uint8Array): Handler {
  return (_request, response) => response.writeHead(200, { "content-length": data.length }).end(data);
}

/** Answers with this content, and does not say how long it is. */
export function chunkedContent(data: Uint8Array): Handler {
  return (_request, response) => response.writeHead(200, { "transfer-encoding": "chunked" }).end(data);
}

/** Says that all of the content comes, and closes the connection after this many bytes of it. */
export function truncatedContent(data: Uint8Array, afterBytes: number): Handler {
  return (_request, response) => {
    response.writeHead(200, { "content-length": data.length });
    response.write(data.subarray(0, afterBytes), () => response.destroy());
  };
}

/** Begins a content without a length, and closes the connection after this many bytes of it. */
export function cutChunkedContent(data: Uint8Array, afterBytes: number): Handler {
  return (_request, response) => {
    response.writeHead(200, { "transfer-encoding": "chunked" });
    response.write(data.subarray(0, afterBytes), () => response.destroy());
  };
}

export function redirect(location: string): Handler {
  return (_request, response) => response.writeHead(302, { location }).end();
}

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404).end("there is no such file");
}
