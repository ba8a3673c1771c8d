import { MAX_TAGS, type Tags } from "./tags.ts";

/** A call that changes tags. */
export interface TagStep {
  readonly action: "create" | "delete";
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/**
 * The calls that lead from tags to others. What is new or has another value comes first, for a creation also changes; so
 * a failure on the way loses none that stays. Only where there is no room are as many deleted first as are in the way.
 */
export function tagSteps(actual: Tags, wanted: Tags): readonly TagStep[] {
  const gone = [...actual].filter(([key]) => !wanted.has(key));
  const set = [...wanted].filter(([key, value]) => actual.get(key) !== value);
  const added = set.filter(([key]) => !actual.has(key)).length;
  const inTheWay = Math.max(0, actual.size + added - MAX_TAGS);
  const steps: readonly TagStep[] = [
    { action: "delete", tags: gone.slice(0, inTheWay) },
    { action: "create", tags: set },
    { action: "delete", tags: gone.slice(inTheWay) },
  ];
  return steps.filter(({ tags }) => tags.length > 0);
}
