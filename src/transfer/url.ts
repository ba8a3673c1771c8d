import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import {
  HttpError,
  httpErrorCode,
  isRetryableStatus,
  NetworkError,
  redactUrl,
  SpecError,
  TransferError,
  type UrlSource,
} from "../model/index.ts";
import type { Agents } from "../network/agents.ts";
import { environmentProxies } from "../network/environment.ts";
import { beginExchange } from "../network/exchange.ts";
import { inTime } from "../network/in-time.ts";
import type { ProxyVariables } from "../network/proxy.ts";
import { ProxyError } from "../network/proxy-error.ts";
import { arrivals, arrivalsPool } from "./arrivals.ts";
import type { BufferPool } from "./buffer-pool.ts";
import type { SourceHints } from "./decompress/detect.ts";

/** How URLs are asked. */
export interface UrlOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long the server may be silent, in milliseconds. Default: 60,000. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * Over how many connections a large file may come, 1 to 8: where the server knows of ranges,
   * is what makes the download slow, and each further connection makes it faster. Default: 4; 1 is one at any rate.
   */
  readonly connections?: number | undefined;
}

/** What is asked of a URL beside all of its bytes. */
export interface UrlQuestion {
  /** Conditions and ranges. With them, 206, 304 and 416 are answers, too. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** At which byte of the whole the answer will begin. For messages. */
  readonly startByte?: number | undefined;
  /** Where the memory of the body's chunks comes from. Default: from a pool of the answer's own. */
  readonly pool?: BufferPool | undefined;
  /** Where an earlier answer came from, to be asked without the redirects that led there. */
  readonly answeredBy?: URL | undefined;
  /** Default: a connection of the question's own. */
  readonly agents?: Agents | undefined;
}

/** An answer whose body has not been read yet. */
export interface UrlAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from, after redirects. It may hold secrets. */
  readonly url: URL;
  /** How many bytes its body has, where the server says so. */
  readonly sizeBytes: number | undefined;
  /** The body, to be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Where the memory of the chunks comes from, and goes back to. */
  readonly pool: BufferPool;
  /** What it says of the bytes, and what their URLs do. */
  readonly hints: SourceHints;
  /** Lets go of the connection; harmless when the body was read. */
  close(): void;
}

/** The most that servers of downloads put up with. */
export const MAX_CONNECTIONS = 8;

/** As many as `fetch` follows (Fetch standard, HTTP-redirect fetch). */
const MAX_REDIRECTS = 20;

/** Partial content, not modified, and a range beyond the end: answers to who asked for them. */
const CONDITIONAL_STATUSES: readonly number[] = [206, 304, 416];

/**
 * Asks a URL for its bytes and follows redirects. Basic authentication and headers go to the URL's own
 * origin only; from `https:` no redirect leads to `http:`. Proxies are those of `HTTPS_PROXY` and the like.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for a number of connections that can't be.
 * @throws HttpError when the server refuses.
 * @throws TransferError `ERR_URL_REFUSED` for a redirect that may not be followed.
 * @throws NetworkError `ERR_NETWORK`, `ERR_TIMEOUT` when no answer came.
 */
export async function askUrl(
  source: UrlSource,
  options: UrlOptions = {},
  question: UrlQuestion = {},
): Promise<UrlAnswer> {
  checkConnections(options.connections);
  const { signal, idleTimeoutMs = 60_000 } = options;
  const { headers: conditions, startByte = 0, pool = arrivalsPool(), answeredBy, agents } = question;
  const proxies = environmentProxies();
  const statuses = [200, ...(conditions === undefined ? [] : CONDITIONAL_STATUSES)];
  const origin = new URL(source.url).origin;
  let url = new URL(answeredBy ?? source.url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const secrets = url.origin === origin ? secretHeaders(source) : {};
    const headers = { ...secrets, ...conditions };
    const response = await get(url, { headers, proxies, agents, signal, idleTimeoutMs });
    const status = response.statusCode ?? 0;
    if (statuses.includes(status)) {
      const hints = hintsOf(response, [new URL(source.url), url]);
      return { ...answerFrom(response, { url, startByte, signal, idleTimeoutMs, pool }), hints };
    }
    response.destroy();
    if (!isRedirect(status)) throw refusal(url, status, response);
    url = redirectTarget(url, response.headers.location);
  }
  throw refused(source.url, `leads through more than ${MAX_REDIRECTS} redirects`);
}

function checkConnections(connections = 1): void {
  if (Number.isInteger(connections) && connections >= 1 && connections <= MAX_CONNECTIONS) return;
  const message = `must be an integer from 1 to ${MAX_CONNECTIONS}`;
  throw new SpecError([{ path: ["connections"], message }], { subject: "The options of the download" });
}

function secretHeaders({ username, password, headers }: UrlSource): Record<string, string> {
  const authorized = Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "authorization");
  if (authorized || (username === undefined && password === undefined)) return { ...headers };
  const credentials = Buffer.from(`${username ?? ""}:${password ?? ""}`, "utf8").toString("base64");
  return { ...headers, authorization: `Basic ${credentials}` };
}

interface Asking {
  readonly headers: Readonly<Record<string, string>>;
  readonly proxies: ProxyVariables;
  readonly agents: Agents | undefined;
  readonly signal: AbortSignal | undefined;
  readonly idleTimeoutMs: number;
}

async function get(
  url: URL,
  { headers, proxies, agents, signal, idleTimeoutMs }: Asking,
): Promise<IncomingMessage> {
  signal?.throwIfAborted();
  const { request, answered, close } = beginExchange(url, {
    method: "GET",
    // A compressed answer would have another length and other digests than the file.
    headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "imagewright", ...headers },
    proxies,
    agents,
  });
  // Until the whole answer is there, or nobody wants it any more.
  signal?.addEventListener("abort", close, { once: true });
  request.once("close", () => signal?.removeEventListener("abort", close));
  request.end();
  try {
    return await inTime(answered, idleTimeoutMs, () => silent(url, idleTimeoutMs));
  } catch (error) {
    close();
    signal?.throwIfAborted();
    throw networkError(error, url);
  }
}

interface Reading {
  readonly url: URL;
  readonly startByte: number;
  readonly signal: AbortSignal | undefined;
  readonly idleTimeoutMs: number;
  readonly pool: BufferPool;
}

function answerFrom(response: IncomingMessage, reading: Reading): Omit<UrlAnswer, "hints"> {
  const length = response.headers["content-length"];
  const sizeBytes = length === undefined ? undefined : Number(length);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    url: reading.url,
    sizeBytes,
    chunks: read(response, sizeBytes, reading),
    pool: reading.pool,
    close: () => void response.destroy(),
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
  sizeBytes: number | undefined,
  { url, startByte, signal, idleTimeoutMs, pool }: Reading,
): AsyncGenerator<Uint8Array> {
  const arrived = arrivals(response, pool);
  let offset = startByte;
  try {
    for (;;) {
      const chunk = arrived.take();
      if (chunk !== undefined) {
        offset += chunk.length;
        yield chunk;
      } else if (arrived.isOver()) {
        return;
      } else {
        await inTime(arrived.more(), idleTimeoutMs, () => silent(url, idleTimeoutMs, offset));
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NetworkError) throw error;
    const expected = sizeBytes === undefined ? undefined : startByte + sizeBytes;
    const total = expected === undefined ? "" : ` of ${expected}`;
    throw new TransferError(`Download of ${redactUrl(url)} was cut at byte ${offset}${total}`, {
      code: "ERR_TRANSFER_INCOMPLETE",
      expected,
      actual: offset,
      offset,
      cause: error,
      retryable: true,
    });
  } finally {
    response.destroy();
  }
}

function silent(url: URL, timeoutMs: number, offset = 0): NetworkError {
  const message = `Download of ${redactUrl(url)}: the server was silent for ${timeoutMs} ms`;
  return new NetworkError(message, { code: "ERR_TIMEOUT", phase: "download", offset });
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
    retryable: !(error instanceof ProxyError && error.code === "ERR_PROXY_REFUSED"),
  });
}

/** Node.js has no message for a host of several addresses, none of which answers. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
