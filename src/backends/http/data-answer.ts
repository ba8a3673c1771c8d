import type { ClientRequest, IncomingMessage } from "node:http";
import type { NetworkError } from "../../model/index.ts";
import { type HttpAnswer, parseBody } from "./answer.ts";
import { networkError } from "./errors.ts";

/** Error bodies are short; what comes beyond this is not read, nor what comes later. */
const MAX_ANSWER_BYTES = 64 * 1024;
const ANSWER_TIMEOUT_MS = 10_000;

/** The answer to a request; rejects with the error that its connection's end means. Nobody has to wait for it. */
export function answerTo(
  answered: Promise<IncomingMessage>,
  { method }: ClientRequest,
  url: string,
  phase: NetworkError["phase"],
): Promise<IncomingMessage> {
  const answer = answered.catch((cause: unknown) => {
    throw networkError(method, url, phase, cause);
  });
  answer.catch(() => undefined);
  return answer;
}

/** Reads the body of an answer that is no image data, as far as it comes in time. */
export async function readAnswer(
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
