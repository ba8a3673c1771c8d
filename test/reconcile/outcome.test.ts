import { expect, it } from "vitest";
import { HttpError, httpErrorCode, NetworkError, ResponseError, SpecError } from "../../src/index.ts";
import { isConflict, isRefusal, mayHaveSucceeded } from "../../src/reconcile/outcome.ts";

const http = (status: number) => new HttpError("no", { code: httpErrorCode(status), status });

it.each<[what: string, error: unknown, lost: boolean, refusal: boolean, conflict: boolean]>([
  [
    "a lost connection",
    new NetworkError("no", { code: "ERR_NETWORK", phase: "request" }),
    true,
    false,
    false,
  ],
  [
    "no answer in time",
    new NetworkError("no", { code: "ERR_TIMEOUT", phase: "request" }),
    true,
    false,
    false,
  ],
  ["an answer that is none", new ResponseError("no"), true, false, false],
  ["500", http(500), true, true, false],
  ["503", http(503), true, true, false],
  ["499", http(499), false, true, false],
  ["409", http(409), false, true, true],
  ["404", http(404), false, true, false],
  ["what was never sent", new SpecError([]), false, false, false],
  ["an abort", new DOMException("no", "AbortError"), false, false, false],
  [
    "what only looks like it",
    Object.assign(new Error(), { code: "ERR_NETWORK", status: 500 }),
    false,
    false,
    false,
  ],
  ["nothing", undefined, false, false, false],
])("of a write that ended in %s: may have been done %s", (_what, error, lost, refusal, conflict) => {
  expect(mayHaveSucceeded(error)).toBe(lost);
  expect(isRefusal(error)).toBe(refusal);
  expect(isConflict(error)).toBe(conflict);
});
