import type { Backend } from "../../backends/backend.ts";
import { type Clause, lackingOf } from "./clause.ts";
import { CLAUSES } from "./clauses.ts";
import { complete, type Expectations, remark } from "./expectations.ts";
import { assertLacking } from "./unsupported.ts";

/** Registers a test: `test` or `it` of any runner that awaits what a test returns. */
export type TestFunction = (title: string, check: () => Promise<void>) => unknown;

/** Has something done when the test is over, whatever became of it; the last one given is done first. */
export type Afterwards = (clean: () => unknown) => void;

/**
 * Makes a backend of an empty cloud that nobody else changes meanwhile: one of its own, or a project that is cleared
 * in the end. What has to be cleared or closed is handed to `afterwards`.
 */
export type BackendFactory = (afterwards: Afterwards) => Backend | Promise<Backend>;

/**
 * Holds a backend to the contract, {@link Backend}: registers one test for each clause, by its number. It is the same
 * list for every backend. Where a backend lacks a capability, its clauses hold it to the refusal of what needs it.
 *
 * ```ts
 * import { test } from "node:test"; // or of vitest, jest, …
 * import { backendConformance } from "imagewright/testing";
 *
 * backendConformance(test, () => myBackend(), { lacks: { download: "the cloud gives no data back" } });
 * ```
 *
 * @param test - registers a test.
 * @param factory - makes a backend, once for each test.
 * @param expectations - what the backend does otherwise than the reference, and why. Default: nothing.
 */
export function backendConformance(
  test: TestFunction,
  factory: BackendFactory,
  expectations: Expectations = {},
): void {
  const asExpected = clauseFor(expectations);
  for (const { number, title, check } of CLAUSES.map(asExpected)) {
    test(`${number} ${title}`, () => withBackend(factory, check));
  }
}

/** A clause as it is for one backend. */
interface ExpectedClause {
  readonly number: string;
  readonly title: string;
  check(backend: Backend): Promise<void>;
}

function clauseFor(expectations: Expectations): (clause: Clause) => ExpectedClause {
  const expected = complete(expectations);
  return ({ number, title, needs, variesBy, check }) => {
    const lacking = [...new Set(needs.flatMap((need) => lackingOf(need, expected)))];
    if (lacking.length === 0) {
      const remarked = title + remark(expectations, variesBy);
      return { number, title: remarked, check: (backend) => check(backend, expected) };
    }
    const reasons = lacking.map((each) => `no ${each}, since ${expected.lacks[each]}`);
    return {
      number,
      title: `${title}: not supported (${reasons.join("; ")})`,
      async check(backend) {
        for (const each of lacking) await assertLacking(backend, each, expected);
      },
    };
  };
}

async function withBackend(
  factory: BackendFactory,
  check: (backend: Backend) => Promise<void>,
): Promise<void> {
  const cleanings: (() => unknown)[] = [];
  try {
    await check(await factory((clean) => void cleanings.unshift(clean)));
  } finally {
    for (const clean of cleanings) await clean();
  }
}
