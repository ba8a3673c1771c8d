import { z } from "zod";
import { issuesOf, SpecError } from "../../model/index.ts";
import type { Plan } from "../plan/plan.ts";

const text = z.string();
const value = z.unknown().optional();

const operation = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("attribute"),
    op: z.literal("update"),
    name: text,
    from: value,
    to: value,
  }),
  z.looseObject({ kind: z.literal("property"), op: z.enum(["add", "update", "delete"]), name: text }),
  z.looseObject({ kind: z.literal("tag"), op: z.enum(["add", "delete"]), tag: text }),
  z.looseObject({ kind: z.literal("member"), op: z.enum(["add", "delete"]), project: text }),
]);

const common = { name: text, operations: z.array(operation), replaces: z.array(text) };
const desired = z.looseObject({});

const PlanShape = z.discriminatedUnion("action", [
  z.looseObject({ ...common, action: z.literal("create"), desired }),
  z.looseObject({ ...common, action: z.literal("update"), imageId: text, desired }),
  z.looseObject({ ...common, action: z.literal("replace"), imageId: text, desired }),
  z.looseObject({ ...common, action: z.literal("delete"), imageId: text }),
  z.looseObject({ ...common, action: z.literal("none") }),
]);

/**
 * Checks a plan that may come of a file: one that says nothing that is known would be applied to nothing.
 *
 * @throws SpecError `ERR_SPEC_INVALID` with every issue.
 */
export function checkPlanShape(plan: Plan): void {
  const result = PlanShape.safeParse(plan);
  if (!result.success) throw new SpecError(result.error.issues.flatMap(issuesOf), { subject: "The plan" });
}
