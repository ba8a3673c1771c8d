import assert from "node:assert/strict";
import type { Backend } from "../../backends/backend.ts";
import type { Expectations, Expected } from "./expectations.ts";

/** A way in or out that the contract leaves optional. */
export type Capability =
  | "create"
  | "upload"
  | "download"
  | "members"
  | "deactivate"
  | "reactivate"
  | "imports";

/** Every capability. */
export const CAPABILITIES: readonly Capability[] = [
  "create",
  "upload",
  "download",
  "members",
  "deactivate",
  "reactivate",
  "imports",
];

/** A backend that has these capabilities. */
export type BackendWith<Needs extends Capability> = Backend & Required<Pick<Backend, Needs>>;

/** One promise of the contract, and what holds a backend to it. */
export interface Clause {
  /** For people to refer to. Clauses that differ by an example alone share one. */
  readonly number: string;
  /** A sentence that begins with the call it is about. */
  readonly title: string;
  /** What the call needs, beyond what is required of every backend. */
  readonly needs: readonly Capability[];
  /** The expectation that its outcome depends on, if any. */
  readonly variesBy: keyof Expectations | undefined;
  /** Rejects when the backend breaks the promise. */
  check(backend: Backend, expected: Expected): Promise<void>;
}

/** Makes a clause, whose check can use no capability but those that it names. */
export function clause<const Needs extends Capability>(
  number: string,
  title: string,
  needs: readonly Needs[],
  check: (backend: BackendWith<Needs>, expected: Expected) => Promise<void>,
  variesBy?: keyof Expectations,
): Clause {
  return {
    number,
    title,
    needs,
    variesBy,
    async check(backend, expected) {
      assert.ok(has(backend, needs), `${backend.name} lacks what is expected of it: ${needs.join(", ")}`);
      await check(backend, expected);
    },
  };
}

/** Whether a backend has these capabilities. */
export function has<Needs extends Capability>(
  backend: Backend,
  needs: readonly Needs[],
): backend is BackendWith<Needs> {
  return needs.every((capability) => backend[capability] !== undefined);
}
