import { createHash } from "node:crypto";
import { seed } from "./settings.ts";

/** Choices that follow from the seed and the name of what they are for, whatever else runs. */
export interface Chance {
  /** From 0 (included) to 1 (not included). */
  number(): number;
  /** From 0 to the count, which is not included. */
  integer(count: number): number;
  pick<const Value>(values: readonly [Value, ...Value[]]): Value;
  /** Whether something happens that happens so often. */
  happens(probability: number): boolean;
}

export function chanceOf(name: string): Chance {
  let count = 0;
  const number = (): number => {
    count += 1;
    const digest = createHash("sha256").update(`${seed} ${name} ${count}`).digest();
    return digest.readUInt32BE() / 2 ** 32;
  };
  const integer = (limit: number): number => Math.floor(number() * limit);
  return {
    number,
    integer,
    pick: (values) => values[integer(values.length)] ?? values[0],
    happens: (probability) => number() < probability,
  };
}
