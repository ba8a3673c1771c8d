import type { FakeResponse } from "./wire.ts";

/** Which requests fail, and how. */
export interface Failure {
  /** How many. Default: 1. */
  readonly count?: number | undefined;
  /** The status of the answer, such as 503. */
  readonly status: number;
  /** Default: every method. */
  readonly method?: string | undefined;
  /** What the path has to match, such as `/\/file$/`. Default: every path. */
  readonly path?: RegExp | undefined;
}

/** A request that came, without its secrets: no header and no body is kept. */
export interface JournalEntry {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** `undefined` where the connection was cut. */
  readonly status: number | undefined;
}

/** How a test makes a fake cloud fail, and sees what it was asked. */
export interface FakeControls {
  /** Lets the next requests fail, the first that match, without doing what they ask for. */
  failNext(failure: Failure): void;
  /** Cuts the connection of the next transfer of image data after so many bytes. */
  resetAfter(cut: { readonly bytes: number }): void;
  /** Lets every request wait for so many milliseconds from now on. */
  delay(ms: number): void;
  /** The requests so far, in the order of their answers; it grows with each. No secret is in it. */
  readonly journal: readonly JournalEntry[];
}

/** What a test has set. */
export interface Controls {
  failures: readonly { readonly left: number; readonly failure: Failure }[];
  resetAfterBytes: number | undefined;
  delayMs: number;
  readonly journal: JournalEntry[];
}

export function newControls(): Controls {
  return { failures: [], resetAfterBytes: undefined, delayMs: 0, journal: [] };
}

/** The controls, as a test has them. */
export function controlsOf(controls: Controls): FakeControls {
  return {
    failNext(failure) {
      controls.failures = [...controls.failures, { left: failure.count ?? 1, failure }];
    },
    resetAfter({ bytes }) {
      controls.resetAfterBytes = bytes;
    },
    delay(ms) {
      controls.delayMs = ms;
    },
    journal: controls.journal,
  };
}

/** The status that a request fails with, if it is to fail; counts it. */
export function failureOf(controls: Controls, method: string, path: string): number | undefined {
  const index = controls.failures.findIndex(
    ({ failure }) =>
      (failure.method ?? method) === method && (failure.path === undefined || failure.path.test(path)),
  );
  const found = controls.failures[index];
  if (found === undefined) return undefined;
  controls.failures = controls.failures.flatMap((one, at) => {
    if (at !== index) return [one];
    return one.left > 1 ? [{ ...one, left: one.left - 1 }] : [];
  });
  return found.failure.status;
}

/** The connection is cut: what a transport makes of it is a reset. */
export class Cut extends Error {
  /** What is sent before. */
  readonly answer: FakeResponse | undefined;

  constructor(answer?: FakeResponse) {
    super("The connection is cut, as the test wants it.");
    this.answer = answer;
  }
}

/** A body that is cut after some bytes. */
export async function* cutAfter(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of body) {
    left -= chunk.length;
    if (left <= 0) throw new Cut();
    yield chunk;
  }
}
