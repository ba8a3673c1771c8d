import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { NetworkError, redactUrl, TransferError } from "../../model/index.ts";
import { beginExchange, type TlsSettings } from "../../network/exchange.ts";
import { inTime } from "../../network/in-time.ts";
import type { ProxyVariables } from "../../network/proxy.ts";
import type { ImageData } from "../backend.ts";
import type { HttpAnswer } from "./answer.ts";
import { answerTo, readAnswer } from "./data-answer.ts";
import { writeData } from "./write-data.ts";

/** How image data travels. */
export interface DataTransport {
  /** Default: Node's own settings. */
  readonly tls?: TlsSettings | undefined;
  /** Default: no proxy. */
  readonly proxies?: ProxyVariables | undefined;
  /** How long the other side may take or send no byte, in milliseconds. Default: 300,000 (5 minutes). */
  readonly idleTimeoutMs?: number | undefined;
  /** How long the answer to a whole upload may take, in milliseconds. Default: 3,600,000 (1 hour). */
  readonly answerTimeoutMs?: number | undefined;
}

const IDLE_TIMEOUT_MS = 300_000;
const ANSWER_TO_UPLOAD_TIMEOUT_MS = 3_600_000;

/** A request whose body is image data. */
export interface PutDataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: ImageData;
  readonly transport?: DataTransport | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long a server is given to say "100 Continue"; some never do (RFC 9110, section 10.1.1). */
const CONTINUE_TIMEOUT_MS = 1_000;

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
 * @throws NetworkError `ERR_NETWORK` when no answer came, `ERR_TIMEOUT` when the server was silent for too long; a
 *   source that is silent isn't to blame for that.
 */
export async function putData({ url, headers, data, transport, signal }: PutDataRequest): Promise<DataSent> {
  signal?.throwIfAborted();
  const { idleTimeoutMs = IDLE_TIMEOUT_MS, answerTimeoutMs = ANSWER_TO_UPLOAD_TIMEOUT_MS } = transport ?? {};
  const { sizeBytes } = data;
  const length =
    sizeBytes === undefined ? { "transfer-encoding": "chunked" } : { "content-length": String(sizeBytes) };
  const exchange = beginExchange(url, {
    ...transport,
    method: "PUT",
    headers: { ...headers, ...length, expect: "100-continue" },
  });
  const { request, close } = exchange;
  request.once("socket", holdBackWriteErrors);
  const answered = answerTo(exchange.answered, request, url, "upload");
  signal?.addEventListener("abort", close, { once: true });
  let sentBytes: number | undefined;
  try {
    request.flushHeaders();
    const refused = await answeredBeforeAgreement(request, answered);
    if (!refused) {
      sentBytes = 0;
      await writeData(request, data, answered, {
        onWritten: (bytes) => {
          sentBytes = bytes;
        },
        inTime: (taken) => inTime(taken, idleTimeoutMs, () => silent(idleTimeoutMs)),
      });
    }
    const response = await inTime(answered, answerTimeoutMs, () => silent(answerTimeoutMs));
    return { method: "PUT", url, sentBytes, ...(await readAnswer(response, signal)) };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", close);
    close();
  }

  function silent(timeoutMs: number): NetworkError {
    const isWhole = request.writableFinished;
    const what = isWhole
      ? `gave no answer to all ${sentBytes} bytes`
      : `took no byte after ${sentBytes}${ofTotal(sizeBytes)}`;
    return new NetworkError(`PUT ${redactUrl(url)}: the server ${what} for ${timeoutMs} ms`, {
      code: "ERR_TIMEOUT",
      phase: "upload",
      offset: sentBytes,
    });
  }
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

/** A request for image data. */
export interface GetDataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly transport?: DataTransport | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is data that has not been read yet, or one that was read because it is a refusal. */
export type DataAnswer =
  | {
      readonly kind: "data";
      readonly status: number;
      readonly sizeBytes: number | undefined;
      /** At which byte of the whole the body begins: that of a 206 says so. */
      readonly startByte: number;
      readonly chunks: AsyncIterable<Uint8Array>;
    }
  | ({ readonly kind: "refusal" } & HttpAnswer);

/**
 * Asks a server for image data. The body must be iterated, or the signal aborted: until then the connection is
 * open. A body that is cut short rejects with `ERR_TRANSFER_INCOMPLETE`.
 *
 * @throws NetworkError `ERR_NETWORK` when no answer came, `ERR_TIMEOUT` when the server was silent for too long; so
 *   does the iteration.
 */
export async function getData({ url, headers, transport, signal }: GetDataRequest): Promise<DataAnswer> {
  signal?.throwIfAborted();
  const idleTimeoutMs = transport?.idleTimeoutMs ?? IDLE_TIMEOUT_MS;
  const exchange = beginExchange(url, { ...transport, method: "GET", headers });
  const { request, close } = exchange;
  const answered = answerTo(exchange.answered, request, url, "download");
  signal?.addEventListener("abort", close, { once: true });
  // Not left to Node.js, which takes its listener away only some time after the end.
  const end = (): void => {
    signal?.removeEventListener("abort", close);
    close();
  };
  request.end();
  try {
    const response = await inTime(answered, idleTimeoutMs, () =>
      sentNothing(url, 0, undefined, idleTimeoutMs),
    );
    const status = response.statusCode ?? 0;
    const startByte = status === 206 ? startOf(response.headers["content-range"]) : 0;
    if ((status === 200 || status === 206) && startByte !== undefined) {
      const length = response.headers["content-length"];
      const sizeBytes = length === undefined ? undefined : Number(length);
      const chunks = bodyOf(response, { url, sizeBytes, idleTimeoutMs, signal, end });
      return { kind: "data", status, sizeBytes, startByte, chunks };
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

/** RFC 9110, section 14.4; `undefined` for several ranges, which nobody asked for, and for none. */
function startOf(contentRange: string | undefined): number | undefined {
  const start = /^bytes (\d+)-/.exec(contentRange ?? "")?.[1];
  return start === undefined ? undefined : Number(start);
}

interface Body {
  readonly url: string;
  readonly sizeBytes: number | undefined;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly end: () => void;
}

async function* bodyOf(
  response: IncomingMessage,
  { url, sizeBytes, idleTimeoutMs, signal, end }: Body,
): AsyncGenerator<Uint8Array> {
  const chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let offset = 0;
  try {
    for (;;) {
      const next = await inTime(chunks.next(), idleTimeoutMs, () =>
        sentNothing(url, offset, sizeBytes, idleTimeoutMs),
      );
      if (next.done === true) return;
      offset += next.value.length;
      yield next.value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof NetworkError) throw error;
    throw new TransferError(`GET ${redactUrl(url)} was cut at byte ${offset}${ofTotal(sizeBytes)}`, {
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

function sentNothing(
  url: string,
  offset: number,
  sizeBytes: number | undefined,
  timeoutMs: number,
): NetworkError {
  const where = offset === 0 ? "" : ` after byte ${offset}${ofTotal(sizeBytes)}`;
  return new NetworkError(`GET ${redactUrl(url)}: the server sent nothing for ${timeoutMs} ms${where}`, {
    code: "ERR_TIMEOUT",
    phase: "download",
    offset,
  });
}

function ofTotal(sizeBytes: number | undefined): string {
  return sizeBytes === undefined ? "" : ` of ${sizeBytes}`;
}
