import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
  request as send,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { inject, onTestFinished } from "vitest";
import { loopback } from "../cloud/ports.ts";
import { listen } from "./listen.ts";

export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** What a proxy does to a request on its way; with none of these it only looks on. */
export interface Interference {
  /** What to answer in place of the cloud, which never sees the request. */
  readonly answer?: Answer;
  /** With `answer`: after how many bytes of the body it comes and the connection is closed. Default: before any. */
  readonly answerAfterBytes?: number;
  /** After how many bytes of the body both connections are cut. */
  readonly cutAfterBytes?: number;
  /** After how many bytes of the answer the connection is cut. */
  readonly cutAnswerAfterBytes?: number;
  /** The path and query to ask for instead. */
  readonly path?: string;
  /** What becomes of each part of the body. */
  readonly alter?: (part: Buffer) => Buffer;
  /** How long the cloud takes a client that has gone for one that is slow; not at all when absent. */
  readonly lingers?: Promise<unknown>;
  /** Whether the connection is cut when the cloud has answered, so that nobody hears the answer. */
  readonly loseAnswer?: boolean;
  /** What to answer in place of what the cloud has answered, which is read whole. */
  readonly rewrite?: (answer: Answer) => Answer | Promise<Answer>;
  /** Whether the connection is cut before the cloud sees anything of the request. */
  readonly drop?: boolean;
}

export interface PassingRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly token: string;
  /** The `range` header, where there is one. */
  readonly range: string | undefined;
}

/** Sees a request before the cloud does; while its promise is pending the request is held back. */
export type Interfere = (
  request: PassingRequest,
) => Interference | undefined | Promise<Interference | undefined>;

export interface Proxy {
  /** To be given as `imageEndpointOverride`. */
  readonly url: string;
  readonly requests: readonly PassingRequest[];
  /** The requests that change something, as `METHOD /path`. */
  writes(): readonly string[];
}

/** A way to Glance that can see and disturb everything, for one test. */
export async function proxyToGlance(interfere: Interfere = () => undefined): Promise<Proxy> {
  const requests: PassingRequest[] = [];
  const target = new URL(inject("cloud").imageUrl);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const passing = describe(request);
    requests.push(passing);
    const interference = (await interfere(passing)) ?? {};
    if (interference.drop === true || request.destroyed) request.socket.destroy();
    else if (interference.answer === undefined) forward(request, response, target, interference);
    else await answerInstead(request, response, interference.answer, interference.answerAfterBytes);
  }

  const server = createServer();
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => request.destroy());
  };
  server.on("request", listener);
  // Without a listener of its own Node.js would agree to take the body before the cloud has.
  server.on("checkContinue", listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://${loopback}:${port}`,
    requests,
    writes: () =>
      requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
  };
}

function describe({ method = "GET", url = "/", headers }: IncomingMessage): PassingRequest {
  return { method, path: url, token: String(headers["x-auth-token"] ?? ""), range: headers.range };
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: URL,
  interference: Interference,
): void {
  const {
    path = request.url ?? "/",
    cutAfterBytes,
    cutAnswerAfterBytes = Number.POSITIVE_INFINITY,
    alter = (part) => part,
    loseAnswer = false,
    rewrite,
    lingers = Promise.resolve(),
  } = interference;
  const { hostname, port } = target;
  const upstream = send({
    hostname,
    port,
    path,
    method: request.method,
    headers: { ...request.headers, host: target.host },
    agent: false,
  });
  const cut = (): void => {
    upstream.destroy();
    request.socket.destroy();
  };
  upstream.on("continue", () => response.writeContinue());
  upstream.on("error", () => request.destroy());
  upstream.on("response", (answer) => {
    if (loseAnswer) return cut();
    if (rewrite !== undefined) {
      buffer(answer)
        .then((body) => rewrite({ status: answer.statusCode ?? 502, headers: answer.headers, body }))
        .then(({ status, headers, body = "" }) => response.writeHead(status, headers).end(body))
        .catch(() => request.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    let answeredBytes = 0;
    answer.on("data", (part: Buffer) => {
      answeredBytes += part.length;
      // What was sent is given time to arrive.
      if (answeredBytes > cutAnswerAfterBytes) setImmediate(cut);
    });
    answer.pipe(response);
    answer.on("error", () => request.destroy());
  });
  // A client that goes away takes its request with it.
  response.on("close", () => {
    if (!response.writableFinished) lingers.then(() => upstream.destroy());
  });
  let passedBytes = 0;
  request.on("data", (part: Buffer) => {
    passedBytes += part.length;
    if (cutAfterBytes !== undefined && passedBytes > cutAfterBytes) return cut();
    if (upstream.write(alter(part))) return;
    request.pause();
    upstream.once("drain", () => request.resume());
  });
  request.on("end", () => upstream.end());
  request.on("error", () => undefined);
  upstream.flushHeaders();
}

async function answerInstead(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers = {}, body = "" }: Answer,
  afterBytes: number | undefined,
): Promise<void> {
  if (afterBytes !== undefined) {
    response.writeContinue();
    await bytesOf(request, afterBytes);
    request.pause();
  }
  response.writeHead(status, { ...headers, connection: "close" });
  response.end(body);
  await once(response, "finish");
  // As a server does that has said its last word: what is still on its way meets a closed door.
  if (afterBytes !== undefined) request.socket.destroySoon();
}

function bytesOf(request: IncomingMessage, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    request.on("data", (part: Buffer) => {
      seen += part.length;
      if (seen >= count) resolve();
    });
    request.once("error", reject);
  });
}
