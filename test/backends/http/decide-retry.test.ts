import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideRetry,
  type FailureKind,
  failureKind,
  type Outcome,
  RETRY_KEYS,
  type RetryDecision,
  type RetryQuestion,
  retryAfterMs,
  retryPolicy,
} from "../../../src/backends/http/retry.ts";

const BUSY: Outcome = { status: 503 };
const NO: RetryDecision = { retry: false };
const again = (delayMs: number): RetryDecision => ({ retry: true, delayMs });

function decide(question: Partial<RetryQuestion>): RetryDecision {
  return decideRetry({
    method: "GET",
    outcome: BUSY,
    attempt: 1,
    elapsedMs: 0,
    policy: retryPolicy(),
    random: 0.5,
    ...question,
  });
}

describe("whether a call is made again", () => {
  it.each<[method: string, repeatable: boolean | undefined, decision: RetryDecision]>([
    ["GET", undefined, again(150)],
    ["DELETE", undefined, again(150)],
    ["POST", undefined, NO],
    ["PUT", undefined, NO],
    ["PATCH", undefined, NO],
    ["POST", true, again(150)],
    ["GET", false, NO],
  ])("%s, repeatable: %s", (method, repeatable, decision) => {
    expect(decide({ method, repeatable })).toEqual(decision);
  });

  it.each<[status: number, retry: boolean]>([
    [200, false],
    [302, false],
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [413, false],
    [429, true],
    [500, false],
    [501, false],
    [502, true],
    [503, true],
    [504, true],
  ])("after status %i: %s", (status, retry) => {
    expect(decide({ outcome: { status } }).retry).toBe(retry);
  });

  it.each<[failure: FailureKind, retry: boolean]>([
    ["refused", true],
    ["reset", true],
    ["unreachable", true],
    ["timeout", false],
    ["dns", false],
    ["tls", false],
    ["other", false],
  ])("after %s: %s", (failure, retry) => {
    expect(decide({ outcome: { failure } }).retry).toBe(retry);
  });
});

describe("when it is made again", () => {
  const policy = retryPolicy({ limit: 9, baseDelayMs: 100, maxDelayMs: 1_000 });

  it.each<[attempt: number, random: number, delayMs: number]>([
    [1, 0, 0],
    [1, 0.5, 50],
    [2, 0.5, 100],
    [3, 0.5, 200],
    [4, 0.5, 400],
    [5, 0.5, 500],
    [9, 0.5, 500],
  ])("after attempt %i, by chance %d: %d ms", (attempt, random, delayMs) => {
    expect(decide({ attempt, random, policy })).toEqual(again(delayMs));
  });

  it.each<[asked: number, delayMs: number]>([
    [0, 0],
    [2_500, 2_500],
    [60_000, 60_000],
    [3_600_000, 60_000],
  ])("where the server asks for %i ms: %i ms, whatever chance says", (asked, delayMs) => {
    for (const status of [429, 502, 503])
      expect(decide({ outcome: { status, retryAfterMs: asked } })).toEqual(again(delayMs));
  });
});

describe("what there is enough of", () => {
  it.each<[limit: number, attempt: number, retry: boolean]>([
    [2, 1, true],
    [2, 2, true],
    [2, 3, false],
    [0, 1, false],
    [-1, 1, false],
    [Number.NaN, 1, false],
  ])("attempts: of a limit of %d, after attempt %i: %s", (limit, attempt, retry) => {
    expect(decide({ policy: retryPolicy({ limit }), attempt }).retry).toBe(retry);
  });

  it.each<[elapsedMs: number, retry: boolean]>([
    [0, true],
    [849, true],
    [850, false],
    [851, false],
    [2_000, false],
  ])("time: of 1,000 ms, %i ms and a wait of 150 ms: %s", (elapsedMs, retry) => {
    expect(decide({ policy: retryPolicy({ maxElapsedMs: 1_000 }), elapsedMs }).retry).toBe(retry);
  });
});

it("a call is made again limit times at most, within the time, after a wait within the bounds", () => {
  const natural = fc.nat(100_000);
  const questions = fc.record({
    limit: fc.nat(20),
    baseDelayMs: natural,
    maxDelayMs: natural,
    maxRetryAfterMs: natural,
    maxElapsedMs: natural,
    attempt: fc.integer({ min: 1, max: 40 }),
    elapsedMs: natural,
    retryAfterMs: fc.option(natural, { nil: undefined }),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });
  fc.assert(
    fc.property(questions, ({ attempt, elapsedMs, retryAfterMs, random, ...policy }) => {
      const outcome = { status: 503, retryAfterMs };
      const decision = decide({ policy, attempt, elapsedMs, random, outcome });
      if (!decision.retry) return;
      const longest = retryAfterMs === undefined ? policy.maxDelayMs : policy.maxRetryAfterMs;
      expect(attempt).toBeLessThanOrEqual(policy.limit);
      expect(decision.delayMs).toBeGreaterThanOrEqual(0);
      expect(decision.delayMs).toBeLessThanOrEqual(longest);
      expect(elapsedMs + decision.delayMs).toBeLessThanOrEqual(policy.maxElapsedMs);
    }),
  );
});

it("the policy has every option, and a default for each", () => {
  expect(Object.keys(retryPolicy())).toEqual(RETRY_KEYS);
  expect(retryPolicy({ limit: 5, maxDelayMs: undefined })).toEqual({ ...retryPolicy(), limit: 5 });
});

describe("Retry-After", () => {
  const DATE = "Sat, 21 Nov 2026 10:00:00 GMT";

  it.each<[value: string, date: string | undefined, ms: number | undefined]>([
    ["7", undefined, 7_000],
    ["Sat, 21 Nov 2026 10:00:30 GMT", DATE, 30_000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", DATE, 0],
    ["Sat, 21 Nov 2026 10:00:30 GMT", undefined, undefined],
    ["Sat, 21 Nov 2026 10:00:30 GMT", "yesterday", undefined],
    ["Infinity", undefined, undefined],
    ["soon", DATE, undefined],
  ])("%j, on %s, is %s ms", (value, date, ms) => {
    const headers = new Headers({ "retry-after": value, ...(date === undefined ? {} : { date }) });
    expect(retryAfterMs(headers)).toBe(ms);
  });
});

describe("an error of the network", () => {
  it.each<[code: string, kind: FailureKind]>([
    ["ECONNREFUSED", "refused"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["UND_ERR_SOCKET", "reset"],
    ["EHOSTUNREACH", "unreachable"],
    ["UND_ERR_CONNECT_TIMEOUT", "unreachable"],
    ["EAI_AGAIN", "unreachable"],
    ["ENOTFOUND", "dns"],
    ["CERT_HAS_EXPIRED", "tls"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["HPE_INVALID_CONSTANT", "other"],
    ["toString", "other"],
  ])("%s is %s", (code, kind) => {
    expect(failureKind(Object.assign(new Error("no"), { code }))).toBe(kind);
  });

  it.each([undefined, null, "ECONNRESET", new Error("no")])("%s is nothing known", (error) => {
    expect(failureKind(error)).toBe("other");
  });
});
