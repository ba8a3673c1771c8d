// As whole modules: msw and tracers put their own `request` into them.
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { type NetworkError, redactUrl, TransferError } from "../../model/index.ts";
import type { ImageData } from "../backend.ts";
import { type HttpAnswer, parseBody } from "./answer.ts";
import { networkError } from "./errors.ts";
import type { TlsSettings } from "./tls.ts";

/** A request whose body is image data. */
export interface PutDataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: ImageData;
  /** Default: Node's own settings. */
  readonly tls?: TlsSettings | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long a server is given to say "100 Continue"; some never do (RFC 9110, section 10.1.1). */
const CONTINUE_TIMEOUT_MS = 1_000;

/** Error bodies are short; what comes beyond this is not read, nor what comes later. */
const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_TIMEOUT_MS = 10_000;

/** The answer to a {@link PutDataRequest}. */
export interface DataSent extends HttpAnswer {
  /** How many bytes were handed to the connection; `undefined` when the data was not touched. */
  readonly sentBytes: number | undefined;
}

/**
 * Streams image data to a server with `node:http`: `fetch` would keep it all in memory. The data is touched only
 * after the server agreed to take it, so a refusal (`Expect: 100-continue`) leaves it whole; a refusal while the
 * body is on its way is the answer, not a broken pipe.
 *
 * @throws NetworkError when no answer came.
 */
export async function putData({ url, headers, data, tls, signal }: PutDataRequest): Promise<DataSent> {
  signal?.throwIfAborted();
  const { sizeBytes } = data;
  const length =
    sizeBytes === undefined ? { "transfer-encoding": "chunked" } : { "content-length": String(sizeBytes) };
  const request = send(url, {
    method: "PUT",
    ...tls,
    headers: { ...headers, ...length, expect: "100-continue" },
    agent: false,
  });
  request.once("socket", holdBackWriteErrors);
  const answered = answerOf(request, url, "upload");
  const abort = () => request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  let sentBytes: number | undefined;
  try {
    request.flushHeaders();
    const refused = await answeredBeforeAgreement(request, answered);
    if (!refused) {
      sentBytes = 0;
      await writeAll(request, data, answered, (bytes) => {
        sentBytes = bytes;
      });
    }
    const response = await answered;
    return { method: "PUT", url, sentBytes, ...(await readAnswer(response, signal)) };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
    request.destroy();
  }
}

function send(url: string, options: https.RequestOptions): ClientRequest {
  return new URL(url).protocol === "https:" ? https.request(url, options) : http.request(url, options);
}

/** Resolves with the answer; rejects with `ERR_NETWORK` when the connection ends without one. */
function answerOf(
  request: ClientRequest,
  url: string,
  phase: NetworkError["phase"],
): Promise<IncomingMessage> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(networkError(request.method, url, phase, cause));
    };
    request.once("response", resolve);
    request.on("error", fail);
    request.once("close", () => fail(new Error("the connection was closed")));
  });
  answered.catch(() => undefined);
  return answered;
}

/** Whether the answer comes before the server agrees to take the body, or has said nothing for a while. */
async function answeredBeforeAgreement(
  request: ClientRequest,
  answered: Promise<IncomingMessage>,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const agreed = new Promise<false>((resolve) => {
    request.once("continue", () => resolve(false));
    timer = setTimeout(() => resolve(false), CONTINUE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([answered.then(() => true), agreed]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Writes as fast as the server reads. Ends early when the server answers, or the connection ends, before it has
 * all, even while the next chunk is waited for. Chunks that are not as many bytes as was said are an error: the
 * server would wait for the rest, or take it for the next request.
 */
async function writeAll(
  request: ClientRequest,
  { sizeBytes, chunks, release }: ImageData,
  answered: Promise<IncomingMessage>,
  onWritten: (writtenBytes: number) => void,
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
  let writtenBytes = 0;
  try {
    while (!over) {
      const next = await orOver(iterator.next());
      if (over || next === undefined) return;
      if (next.done === true) {
        if (sizeBytes !== undefined && writtenBytes < sizeBytes) throw wrongSize(sizeBytes, writtenBytes);
        request.end();
        return;
      }
      writtenBytes += next.value.length;
      if (sizeBytes !== undefined && writtenBytes > sizeBytes) throw wrongSize(sizeBytes, writtenBytes);
      const { value } = next;
      const taken = (error?: Error | null) => {
        if (!error) release?.(value);
      };
      onWritten(writtenBytes);
      if (!request.write(value, taken)) await orOver(drained(request));
    }
  } finally {
    // Not awaited: a source that stalls would keep the answer from the caller.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
  }
}

function wrongSize(expected: number, actual: number): TransferError {
  return new TransferError(
    `The data was said to be ${expected} bytes, and is ${actual > expected ? "more" : actual}`,
    {
      code: "ERR_SIZE_MISMATCH",
      expected,
      actual,
      offset: actual,
    },
  );
}

/**
 * A server that refuses a body closes the connection behind its answer, and the next write fails, often before the
 * answer was read. Node.js would then drop the socket with the answer in it; here reading goes on to its own end.
 */
function holdBackWriteErrors(socket: Socket): void {
  type Done = (error?: Error | null) => void;
  const held =
    (done: Done): Done =>
    (error) => {
      if (error) socket.once("close", () => done(error));
      else done();
    };
  const { _write, _writev } = socket;
  socket._write = (chunk, encoding, done) => _write.call(socket, chunk, encoding, held(done));
  if (_writev) socket._writev = (chunks, done) => _writev.call(socket, chunks, held(done));
}

function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    request.once("drain", resolve);
  });
}

async function readAnswer(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
): Promise<Pick<HttpAnswer, "status" | "headers" | "body">> {
  const parts: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => response.destroy(), ANSWER_TIMEOUT_MS);
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      length += part.length;
      if (length > MAX_ANSWER_BYTES) break;
    }
  } catch {
    signal?.throwIfAborted();
    // A server that refuses a body it hasn't read may cut its own words short: the status is what counts.
  } finally {
    clearTimeout(timer);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
  return {
    status: response.statusCode ?? 0,
    headers,
    body: parseBody(Buffer.concat(parts).toString("utf8")),
  };
}

/** A request for image data. */
export interface GetDataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Default: Node's own settings. */
  readonly tls?: TlsSettings | undefined;
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
export async function getData({ url, headers, tls, signal }: GetDataRequest): Promise<DataAnswer> {
  signal?.throwIfAborted();
  const request = send(url, { method: "GET", ...tls, headers: { ...headers }, agent: false });
  const answered = answerOf(request, url, "download");
  const abort = () => request.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  // Not left to Node.js, which takes its listener away only some time after the end.
  const end = (): void => {
    signal?.removeEventListener("abort", abort);
    request.destroy();
  };
  request.end();
  try {
    const response = await answered;
    const status = response.statusCode ?? 0;
    if (status === 200 || status === 206) {
      const length = response.headers["content-length"];
      const sizeBytes = length === undefined ? undefined : Number(length);
      return { kind: "data", status, sizeBytes, chunks: bodyOf(response, { url, sizeBytes, signal, end }) };
    }
    const answer = await readAnswer(response, signal);
    end();
    return { kind: "refusal", method: "GET", url, ...answer };
  } catch (error) {
    end();
    signal?.throwIfAborted();
    throw error;
  }
}

interface Body {
  readonly url: string;
  readonly sizeBytes: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly end: () => void;
}

async function* bodyOf(
  response: IncomingMessage,
  { url, sizeBytes, signal, end }: Body,
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
    end();
  }
}
