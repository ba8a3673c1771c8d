import assert from "node:assert/strict";
import type { Backend } from "../../backends/backend.ts";
import type { Expected, Variation } from "./expectations.ts";
import type { Field } from "./sampler.ts";

/** A way in or out that the contract leaves optional. */
export type Capability =
  | "create"
  | "upload"
  | "download"
  | "members"
  | "deactivate"
  | "reactivate"
  | "imports"
  | "createFrom";

/** Every capability. */
export const CAPABILITIES: readonly Capability[] = [
  "create",
  "upload",
  "download",
  "members",
  "deactivate",
  "reactivate",
  "imports",
  "createFrom",
];

/**
 * What a clause needs: a capability, a field that images have, an image whatever its way (`image`), or one that is
 * active (`active image`).
 */
export type Need = Capability | Field | "image" | "active image";

/** A backend that has these capabilities. */
export type BackendWith<Needs extends Need> = Backend & Required<Pick<Backend, Extract<Needs, Capability>>>;

/** One promise of the contract, and what holds a backend to it. */
export interface Clause {
  /** For people to refer to. Clauses that differ by an example alone share one. */
  readonly number: string;
  /** A sentence that begins with the call it is about. */
  readonly title: string;
  /** What the call needs, beyond what is required of every backend. */
  readonly needs: readonly Need[];
  /** The expectation that its outcome depends on, if any. */
  readonly variesBy: Variation | undefined;
  /** Rejects when the backend breaks the promise. */
  check(backend: Backend, expected: Expected): Promise<void>;
}

/** Makes a clause, whose check can use no capability but those that it names. */
export function clause<const Needs extends Need>(
  number: string,
  title: string,
  needs: readonly Needs[],
  check: (backend: BackendWith<Needs>, expected: Expected) => Promise<void>,
  variesBy?: Variation,
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
export function has<Needs extends Need>(
  backend: Backend,
  needs: readonly Needs[],
): backend is BackendWith<Needs> {
  return CAPABILITIES.every((capability) => !isAmong(capability, needs) || backend[capability] !== undefined);
}

/** What a backend lacks of a need, as far as it is expected to. */
export function lackingOf(need: Need, { lacks }: Expected): readonly (Capability | Field)[] {
  const lacking = (needs: readonly (Capability | Field)[]) =>
    needs.filter((each) => lacks[each] !== undefined);
  if (need !== "image" && need !== "active image") return lacking([need]);
  const missing = lacking(need === "image" ? ["create"] : ["create", "upload"]);
  return lacks.createFrom === undefined ? [] : missing;
}

function isAmong(capability: Capability, needs: readonly string[]): boolean {
  return needs.includes(capability);
}
