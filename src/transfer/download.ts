import { redactUrl, TransferError, type UrlSource } from "../model/index.ts";
import { DIVISION_RULES, type Divide, type DivisionRules, division } from "./connections/division.ts";
import { parts } from "./connections/parts.ts";
import { wholeOf } from "./connections/whole.ts";
import type { OpenedSource } from "./opened.ts";
import { resumed, skipped } from "./resume.ts";
import { askUrl, type UrlAnswer, type UrlOptions } from "./url.ts";
import { contentRange, restOf, validatorsOf } from "./validators.ts";

/**
 * Asks for the bytes behind a URL. A download that is cut goes on where it was, as long as the server can tell that
 * the bytes are still the same.
 *
 * @throws What {@link askUrl} throws.
 */
export async function openUrl(source: UrlSource, options: UrlOptions = {}): Promise<OpenedSource> {
  const answer = await askUrl(source, options);
  const { chunks, release, close } = continued(source, answer, options);
  return { sizeBytes: answer.sizeBytes, hints: answer.hints, chunks, release, close: async () => close() };
}

/** A download that takes as many answers as it needs. */
export interface Download {
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Takes the memory of a chunk back, for another one. */
  release(chunk: Uint8Array): void;
  /** Lets go of the connection, whichever it is by then. Nothing is asked for after it. */
  close(): void;
}

/**
 * The bytes of an answer and, when it is cut, of others that go on where it ended; of several at once where that is
 * faster.
 *
 * The iteration throws TransferError `ERR_TRANSFER_INCOMPLETE` when it can't go on, `ERR_SOURCE_CHANGED` when the
 * bytes are others by then.
 *
 * @param startByte At which byte of the whole the answer begins.
 */
export function continued(
  source: UrlSource,
  answer: UrlAnswer,
  options: UrlOptions,
  startByte = 0,
  rules: DivisionRules = DIVISION_RULES,
): Download {
  const closing = new AbortController();
  const { signal = closing.signal } = options;
  const ending = AbortSignal.any([signal, closing.signal]);
  return {
    chunks: goingOn(source, answer, { ...options, signal: ending }, startByte, rules),
    release: answer.pool.give,
    close() {
      closing.abort();
      answer.close();
    },
  };
}

function goingOn(
  source: UrlSource,
  answer: UrlAnswer,
  options: UrlOptions,
  startByte: number,
  rules: DivisionRules,
): AsyncGenerator<Uint8Array> {
  const rest = (from: number) => askForRest(source, answer, options, from);
  const divide = divisionOf(source, answer, options, rest, rules);
  return resumed(divide(answer.chunks, startByte), {
    startByte,
    rest: (from) => divide(rest(from), from),
    mayGoOn: restOf(validatorsOf(answer.headers), 0) !== undefined,
    signal: options.signal,
  });
}

function divisionOf(
  source: UrlSource,
  answer: UrlAnswer,
  options: UrlOptions,
  rest: (startByte: number) => AsyncIterable<Uint8Array>,
  rules: DivisionRules,
): Divide {
  const { connections = 4 } = options;
  const whole = wholeOf(answer);
  if (whole === undefined || connections === 1) return (lead) => lead;
  const { totalBytes } = whole;
  const openParts = () => parts(source, answer, whole, options);
  return division({ totalBytes, maxConnections: connections, pool: answer.pool, openParts, rest }, rules);
}

async function* askForRest(
  source: UrlSource,
  { headers, sizeBytes, pool }: UrlAnswer,
  options: UrlOptions,
  startByte: number,
): AsyncGenerator<Uint8Array> {
  const validators = validatorsOf(headers);
  const answer = await askUrl(source, options, { headers: restOf(validators, startByte), startByte, pool });
  const range = contentRange(answer.headers);
  const totalBytes = contentRange(headers)?.totalBytes ?? sizeBytes;
  if (answer.status === 206 && range?.startByte === startByte && sameTotal(range.totalBytes, totalBytes)) {
    yield* answer.chunks;
    return;
  }
  const { etag } = validators;
  if (answer.status === 200 && etag !== undefined && answer.headers.etag === etag) {
    // The same bytes, from a server that doesn't know of ranges.
    yield* skipped(answer.chunks, startByte);
    return;
  }
  answer.close();
  throw new TransferError(`${redactUrl(source.url)} changed while it was downloaded, at byte ${startByte}`, {
    code: "ERR_SOURCE_CHANGED",
    offset: startByte,
  });
}

function sameTotal(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
