import type { UrlSource } from "../../model/index.ts";
import { keepingAgents } from "../../network/agents.ts";
import { askUrl, type UrlAnswer, type UrlOptions } from "../url.ts";
import { restOf } from "../validators.ts";
import type { Parts } from "./crew.ts";
import { isPartOf, type Range, type Whole } from "./whole.ts";

/** How long a server may be silent that a download can do without, in milliseconds. */
const IDLE_TIMEOUT_MS = 10_000;

/** Connections for the parts of a whole, from where an answer came from. They are kept from one part to the next. */
export function parts(
  source: UrlSource,
  { url: answeredBy, pool }: UrlAnswer,
  whole: Whole,
  { signal, idleTimeoutMs = IDLE_TIMEOUT_MS }: UrlOptions,
): Parts {
  const agents = keepingAgents();
  const closing = new AbortController();
  const ending = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  ending.addEventListener("abort", () => agents.close(), { once: true });
  const options = { signal: ending, idleTimeoutMs: Math.min(idleTimeoutMs, IDLE_TIMEOUT_MS) };

  async function* fetch(range: Range): AsyncGenerator<Uint8Array> {
    const { startByte, endByte } = range;
    const headers = restOf(whole.validators, startByte, endByte);
    const answer = await askUrl(source, options, { headers, startByte, pool, answeredBy, agents });
    try {
      if (!isPartOf(whole, range, answer)) throw new Error(`not the bytes from ${startByte} to ${endByte}`);
      yield* answer.chunks;
    } finally {
      answer.close();
    }
  }
  return { fetch, close: () => closing.abort() };
}
