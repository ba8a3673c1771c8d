import { type Source, sourceKind, UnsupportedError } from "../../model/index.ts";
import type { Calls } from "../context.ts";

/** For a source that no image which is there can be filled from. */
export function fillsNone({ backend }: Pick<Calls, "backend">, source: Source): UnsupportedError {
  return new UnsupportedError({
    backend: backend.name,
    capability: `source.${sourceKind(source)}`,
    alternative: "no image that is there is filled from it, a new one is made: plan again",
  });
}
