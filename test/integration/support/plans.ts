import type { Plan } from "../../../src/index.ts";

/** The plan as another process would read it from a file. */
export function revived(plan: Plan): Plan {
  return JSON.parse(JSON.stringify(plan)) as Plan;
}
