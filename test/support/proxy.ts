import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https, { type ServerOptions } from "node:https";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";

export interface ProxyOptions {
  /** `user:password` that it asks for. Default: nothing. */
  readonly credentials?: string;
  /** What it answers to every CONNECT. Default: it connects. `silence`: it answers nothing, ever. */
  readonly refusal?: string | "silence";
  /** The proxy speaks TLS itself. */
  readonly tls?: Pick<ServerOptions, "cert" | "key">;
}

export interface TestProxy {
  /** Without credentials: `http://127.0.0.1:3128`. */
  readonly url: string;
  readonly host: string;
  /** What it was asked for: `CONNECT cloud.example:443`, `GET http://cloud.example/x`. */
  readonly requests: readonly string[];
  /** How many connections are open. */
  connections(): Promise<number>;
}

/**
 * A proxy on this machine, for one test: it makes tunnels, and asks servers without TLS itself. A name ending in
 * `.example` is this machine: clients behind a proxy don't look names up.
 */
export async function proxyServer(options: ProxyOptions = {}): Promise<TestProxy> {
  const { credentials, refusal, tls } = options;
  const requests: string[] = [];
  const isKnown = ({ headers }: IncomingMessage): boolean =>
    credentials === undefined ||
    headers["proxy-authorization"] === `Basic ${Buffer.from(credentials).toString("base64")}`;
  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    if (!isKnown(request)) return void response.writeHead(407).end();
    const target = new URL(request.url ?? "");
    const { "proxy-authorization": _own, ...headers } = request.headers;
    const onward = http.request(
      {
        host: addressOf(target.hostname),
        port: target.port,
        path: target.pathname + target.search,
        method: request.method,
        headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("continue", () => response.writeContinue());
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  };
  const server = tls === undefined ? http.createServer(forward) : https.createServer(tls, forward);
  server.on("tlsClientError", () => undefined);
  server.on("checkContinue", forward);
  const sockets = new Set<Duplex>();
  server.on("connect", (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    requests.push(`CONNECT ${request.url}`);
    if (refusal === "silence") return void socket.resume().on("end", () => socket.end());
    const refused = isKnown(request) ? refusal : "407 Proxy Authentication Required";
    if (refused !== undefined) return void socket.end(`HTTP/1.1 ${refused}\r\nContent-Length: 0\r\n\r\n`);
    const { hostname, port } = new URL(`tcp://${request.url}`);
    const onward = connect(Number(port), addressOf(hostname));
    sockets.add(onward);
    onward.once("connect", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy listens on no port");
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `${tls === undefined ? "http" : "https"}://${host}`,
    host,
    requests,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
  };
}

function addressOf(hostname: string): string {
  return hostname.endsWith(".example") ? "127.0.0.1" : hostname;
}
