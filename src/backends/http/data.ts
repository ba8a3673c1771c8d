import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { NetworkError, redactUrl, TransferError } from "../../model/index.ts";
import type { ImageData } from "../backend.ts";
import { type HttpAnswer, parseBody } from "./answer.ts";

/** A request whose body is image data. */
export interface PutDataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: ImageData;
  readonly signal?: AbortSignal | undefined;
}

/** How long a server is given to say "100 Continue"; some never do (RFC 9110, section 10.1.1). */
const CONTINUE_TIMEOUT_MS = 1_000;

/** Error bodies are short; what comes beyond this is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Streams image data to a server with `node:http`: `fetch` would keep it all in memory. The data is touched only
 * after the server agreed to take it, so a refusal (`Expect: 100-continue`) leaves it whole; a refusal while the
 * body is on its way is the answer, not a broken pipe.
 *
 * @throws NetworkError when no answer came.
 */
export async function putData({
  url,
  headers,
  data,
  signal,
}: PutDataRequest): Promise<HttpAnswer & { readonly touched: boolean }> {
  signal?.throwIfAborted();
  const { sizeBytes, chunks } = data;
  const length =
    sizeBytes === undefined ? { "transfer-encoding": "chunked" } : { "content-length": String(sizeBytes) };
  const send = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(url, {
    method: "PUT",
    headers: { ...headers, ...length, expect: "100-continue" },
    agent: false,
  });
  const answered = answerOf(request);
  const abort = () => request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  let touched = false;
  try {
    request.flushHeaders();
    const early = await Promise.race([answered, agreementOf(request)]);
    if (early === undefined) {
      touched = true;
      await writeAll(request, chunks, answered);
    }
    const response = await answered;
    return { method: "PUT", url, touched, ...(await readAnswer(response)) };
  } catch (error) {
    signal?.throwIfAborted();
    throw isSocketError(error, request) ? uploadError(error, url) : error;
  } finally {
    signal?.removeEventListener("abort", abort);
    answered.catch(() => undefined);
    request.destroy();
  }
}

/** Resolves with the answer; rejects when the connection ends without one. */
function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
    request.once("close", () => reject(new Error("the connection was closed")));
  });
  answered.catch(() => undefined);
  return answered;
}

async function agreementOf(request: ClientRequest): Promise<undefined> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), CONTINUE_TIMEOUT_MS);
  try {
    await once(request, "continue", { signal: timeout.signal });
  } catch (error) {
    if (!timeout.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Writes as fast as the server reads. Ends early when the server answers, or the connection ends, before it has
 * all, even while the next chunk is waited for.
 */
async function writeAll(
  request: ClientRequest,
  chunks: AsyncIterable<Uint8Array>,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  let over = false;
  let wake = (): void => undefined;
  const end = (): void => {
    over = true;
    wake();
  };
  answered.then(end, end);
  // A race against `answered` itself would add a reaction to it for every chunk.
  const orOver = <Value>(promise: Promise<Value>): Promise<Value | undefined> =>
    new Promise((resolve, reject) => {
      wake = () => resolve(undefined);
      promise.then(resolve, reject);
    });

  const iterator = chunks[Symbol.asyncIterator]();
  try {
    while (!over) {
      const next = await orOver(iterator.next());
      if (over || next === undefined) return;
      if (next.done === true) {
        request.end();
        return;
      }
      if (!request.write(next.value)) await orOver(drained(request));
    }
  } finally {
    // Not awaited: a source that stalls would keep the answer from the caller.
    iterator.return?.().catch(() => undefined);
  }
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    request.once("drain", resolve);
  });
}

async function readAnswer(
  response: IncomingMessage,
): Promise<Pick<HttpAnswer, "status" | "headers" | "body">> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // A server that refuses a body it hasn't read may cut its own words short: the status is what counts.
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  return {
    status: response.statusCode ?? 0,
    headers,
    body: parseBody(Buffer.concat(parts).toString("utf8")),
  };
}

function isSocketError(error: unknown, request: ClientRequest): boolean {
  return (
    error instanceof Error && (request.errored === error || error.message === "the connection was closed")
  );
}

function uploadError(error: unknown, url: string): NetworkError {
  const reason = error instanceof Error ? error.message : String(error);
  return new NetworkError(`PUT ${redactUrl(url)} failed: ${reason}`, {
    code: "ERR_NETWORK",
    phase: "upload",
    cause: error,
  });
}

/** A request for image data. */
export interface GetDataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is data that has not been read yet, or one that was read because it is a refusal. */
export type DataAnswer =
  | {
      readonly kind: "data";
      readonly status: number;
      readonly sizeBytes: number | undefined;
      readonly chunks: AsyncIterable<Uint8Array>;
    }
  | ({ readonly kind: "refusal" } & HttpAnswer);

/**
 * Asks a server for image data. The body must be iterated, or the signal aborted: until then the connection is
 * open. A body that is cut short rejects with `ERR_TRANSFER_INCOMPLETE`.
 *
 * @throws NetworkError when no answer came.
 */
export async function getData({ url, headers, signal }: GetDataRequest): Promise<DataAnswer> {
  signal?.throwIfAborted();
  const send = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(url, {
    method: "GET",
    headers: { ...headers },
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
  const answered = answerOf(request);
  request.end();
  try {
    const response = await answered;
    const status = response.statusCode ?? 0;
    if (status !== 200 && status !== 206)
      return { kind: "refusal", method: "GET", url, ...(await readAnswer(response)) };
    const length = response.headers["content-length"];
    const sizeBytes = length === undefined ? undefined : Number(length);
    return { kind: "data", status, sizeBytes, chunks: bodyOf(response, sizeBytes, url, signal) };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new NetworkError(`GET ${redactUrl(url)} failed: ${reason}`, {
      code: "ERR_NETWORK",
      phase: "download",
      cause: error,
    });
  }
}

async function* bodyOf(
  response: IncomingMessage,
  sizeBytes: number | undefined,
  url: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      offset += chunk.length;
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    const total = sizeBytes === undefined ? "" : ` of ${sizeBytes}`;
    throw new TransferError(`GET ${redactUrl(url)} was cut at byte ${offset}${total}`, {
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
