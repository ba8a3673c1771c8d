import type { WireImage } from "./wire.ts";

/** A field as it should be; without a value: not there. */
export interface WantedField {
  readonly name: string;
  readonly value: string | number | undefined;
}

/** One step of a PATCH. */
export interface PatchStep {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: string | number;
}

/**
 * The steps that lead from an image to fields: `add` of what isn't there, `replace` of what is. The documents differ on
 * whether the other one is taken, too.
 */
export function patchSteps(actual: WireImage, fields: readonly WantedField[]): readonly PatchStep[] {
  return inOrder(actual, fields).flatMap(({ name, value }): readonly PatchStep[] => {
    const present = actual[name];
    const isThere = present !== undefined && present !== null;
    const path = `/${name}`;
    if (value === undefined) return isThere ? [{ op: "remove", path }] : [];
    if (String(present) === String(value) || (!isThere && value === "")) return [];
    return [{ op: isThere ? "replace" : "add", path, value }];
  });
}

/** The same step, for a cloud that sees it the other way. */
export function otherStep(step: PatchStep): PatchStep | undefined {
  if (step.op === "remove") return undefined;
  return { ...step, op: step.op === "add" ? "replace" : "add" };
}

/** The least memory may at no moment be more than the most: where both rise, the most goes first. */
function inOrder(actual: WireImage, fields: readonly WantedField[]): readonly WantedField[] {
  const most = fields.find(({ name }) => name === "max_ram");
  const rest = fields.filter((field) => field !== most);
  if (most === undefined) return rest;
  const isFirst = !(Number(most.value ?? 0) > 0) || Number(most.value) >= Number(actual.min_ram ?? 0);
  return isFirst ? [most, ...rest] : [...rest, most];
}
