// As whole modules: msw and tracers put their own `request` into them.
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import {
  HttpError,
  httpErrorCode,
  isRetryableStatus,
  NetworkError,
  redactUrl,
  TransferError,
  type UrlSource,
} from "../model/index.ts";
import type { SourceHints } from "./decompress/detect.ts";
import type { OpenedSource } from "./opened.ts";

/** Options of {@link openSource}. */
export interface UrlOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the server may be silent, in milliseconds. Default: 60,000. */
  readonly idleTimeoutMs?: number | undefined;
}

/** As many as `fetch` follows (Fetch standard, HTTP-redirect fetch). */
const MAX_REDIRECTS = 20;

/**
 * Asks for the bytes behind a URL and follows redirects. Basic authentication and headers go to the URL's own
 * origin only; from `https:` no redirect leads to `http:`.
 *
 * @throws HttpError when the server refuses.
 * @throws TransferError `ERR_URL_REFUSED` for a redirect that may not be followed.
 * @throws NetworkError `ERR_NETWORK`, `ERR_TIMEOUT` when no answer came.
 */
export async function openUrl(source: UrlSource, options: UrlOptions = {}): Promise<OpenedSource> {
  const { signal, idleTimeoutMs = 60_000 } = options;
  const origin = new URL(source.url).origin;
  let url = new URL(source.url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const secrets = url.origin === origin ? secretHeaders(source) : {};
    const response = await get(url, secrets, signal, idleTimeoutMs);
    const status = response.statusCode ?? 0;
    if (status === 200) {
      const hints = hintsOf(response, [new URL(source.url), url]);
      return { ...opened(response, url, signal, idleTimeoutMs), hints };
    }
    response.destroy();
    if (!isRedirect(status)) throw refusal(url, status, response);
    url = redirectTarget(url, response.headers.location);
  }
  throw refused(source.url, `leads through more than ${MAX_REDIRECTS} redirects`);
}

function secretHeaders({ username, password, headers }: UrlSource): Record<string, string> {
  const authorized = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "authorization");
  if (authorized || (username === undefined && password === undefined)) return { ...headers };
  const credentials = Buffer.from(`${username ?? ""}:${password ?? ""}`, "utf8").toString("base64");
  return { ...headers, authorization: `Basic ${credentials}` };
}

async function get(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  idleTimeoutMs: number,
): Promise<IncomingMessage> {
  signal?.throwIfAborted();
  const send = url.protocol === "https:" ? https.request : http.request;
  const request = send(url, {
    // A compressed answer would have another length and other digests than the file.
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "imagewright", ...headers },
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
  try {
    return await inTime(answerOf(request), idleTimeoutMs, url);
  } catch (error) {
    request.destroy();
    signal?.throwIfAborted();
    throw networkError(error, url);
  }
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
    request.end();
  });
}

function opened(
  response: IncomingMessage,
  url: URL,
  signal: AbortSignal | undefined,
  idleTimeoutMs: number,
): OpenedSource {
  const length = response.headers["content-length"];
  const sizeBytes = length === undefined ? undefined : Number(length);
  return {
    sizeBytes,
    chunks: read(response, url, sizeBytes, signal, idleTimeoutMs),
    async close() {
      response.destroy();
    },
  };
}

function hintsOf({ headers }: IncomingMessage, urls: readonly URL[]): SourceHints {
  return {
    contentType: headers["content-type"],
    contentDisposition: headers["content-disposition"],
    fileNames: urls.map(({ pathname }) => decodedPath(pathname)),
  };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function* read(
  response: IncomingMessage,
  url: URL,
  sizeBytes: number | undefined,
  signal: AbortSignal | undefined,
  idleTimeoutMs: number,
): AsyncGenerator<Uint8Array> {
  const chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let offset = 0;
  try {
    for (;;) {
      const next = await inTime(chunks.next(), idleTimeoutMs, url);
      if (next.done === true) return;
      offset += next.value.length;
      yield next.value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NetworkError) throw error;
    const total = sizeBytes === undefined ? "" : ` of ${sizeBytes}`;
    throw new TransferError(`Download of ${redactUrl(url)} was cut at byte ${offset}${total}`, {
      code: "ERR_TRANSFER_INCOMPLETE",
      expected: sizeBytes,
      actual: offset,
      offset,
      cause: error,
      retryable: true,
    });
  } finally {
    response.destroy();
  }
}

/** Only while an answer is waited for: a connection that is idle because the reader is slow is not to blame. */
async function inTime<Value>(promise: Promise<Value>, timeoutMs: number, url: URL): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const message = `Download of ${redactUrl(url)}: the server was silent for ${timeoutMs} ms`;
      reject(new NetworkError(message, { code: "ERR_TIMEOUT", phase: "download" }));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function redirectTarget(from: URL, location: string | undefined): URL {
  const target = location === undefined ? null : URL.parse(location, from.href);
  if (target === null) throw refused(from, "redirects to nowhere");
  if (target.protocol !== "http:" && target.protocol !== "https:")
    throw refused(from, `redirects to ${target.protocol}`);
  if (from.protocol === "https:" && target.protocol === "http:") {
    throw refused(from, `redirects to ${redactUrl(target)}, which is not encrypted`);
  }
  // User information in a redirect is somebody else's choice of credentials.
  target.username = "";
  target.password = "";
  return target;
}

function refused(url: URL | string, why: string): TransferError {
  return new TransferError(`${redactUrl(url)} ${why}: give the final URL as source.url`, {
    code: "ERR_URL_REFUSED",
  });
}

function refusal(url: URL, status: number, response: IncomingMessage): HttpError {
  const reason = response.statusMessage === undefined ? "" : ` ${response.statusMessage}`;
  return new HttpError(`Download of ${redactUrl(url)} failed: ${status}${reason}`, {
    code: httpErrorCode(status),
    status,
    method: "GET",
    url: redactUrl(url),
    retryable: isRetryableStatus(status),
  });
}

function networkError(error: unknown, url: URL): NetworkError {
  if (error instanceof NetworkError) return error;
  return new NetworkError(`Download of ${redactUrl(url)} failed: ${reasonOf(error)}`, {
    code: "ERR_NETWORK",
    phase: "download",
    cause: error,
  });
}

/** Node.js has no message for a host of several addresses, none of which answers. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
