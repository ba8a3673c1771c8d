import type { SentValues } from "../../backends/backend.ts";
import { applyOperations, type Image, type ImageSpec, type Operation, SpecError } from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Holds what a plan sends against what this very cloud takes. What is there and stays is not asked about.
 *
 * @throws SpecError `ERR_SPEC_INVALID` with every issue; nothing was sent.
 */
export async function checkCloud(
  context: Context,
  plan: Plan,
  spec: ImageSpec,
  actual: Image | undefined,
): Promise<void> {
  const values = sentValues(plan, spec, actual);
  if (values === undefined || context.backend.check === undefined) return;
  const issues = await context.backend.check(values, callOptions(context));
  if (issues.length > 0) throw new SpecError(issues, { subject: `The spec of ${JSON.stringify(spec.name)}` });
}

function sentValues(plan: Plan, spec: ImageSpec, actual: Image | undefined): SentValues | undefined {
  switch (plan.action) {
    case "none":
    case "delete":
      return undefined;
    case "create":
      return { ...spec, creates: true };
    case "replace":
      return { ...spec, properties: propertiesAfter(plan, spec, actual), creates: true };
    case "update":
      return changedValues(plan.operations, spec);
    default:
      return plan.action satisfies never;
  }
}

/** A new image takes over what the spec leaves alone. */
function propertiesAfter({ operations }: Plan, spec: ImageSpec, actual: Image | undefined) {
  return actual === undefined ? spec.properties : applyOperations(actual, operations).properties;
}

function changedValues(operations: readonly Operation[], spec: ImageSpec): SentValues | undefined {
  const attributes = operations.flatMap((operation) =>
    operation.kind === "attribute" ? [operation.name] : [],
  );
  const changed = <Value>(name: string, value: Value): Value | undefined =>
    attributes.includes(name) ? value : undefined;
  const properties = operations.flatMap((operation) =>
    operation.kind === "property" && operation.to !== undefined ? [[operation.name, operation.to]] : [],
  );
  if (attributes.length + properties.length === 0) return undefined;
  return {
    creates: false,
    containerFormat: changed("containerFormat", spec.containerFormat),
    diskFormat: changed("diskFormat", spec.diskFormat),
    visibility: changed("visibility", spec.visibility),
    hidden: changed("hidden", spec.hidden),
    description: changed("description", spec.description),
    properties: Object.fromEntries(properties),
  };
}
