import type { Backend } from "../../backends/backend.ts";
import { type ImageSpec, needsData, SpecError, UnsupportedError } from "../../model/index.ts";
import type { Plan } from "../plan/plan.ts";
import { deliverableKinds } from "./can-deliver.ts";
import { kindsTaken } from "./supported.ts";

/**
 * Holds a new image against what the cloud lets be made.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` for an image without data where none can be made; for a new image that is
 *   to have the name of the old one beside it where names are unique.
 * @throws SpecError `ERR_SPEC_INVALID` for a property that an image without data can't have, where there won't be any.
 */
export function checkCreation(plan: Plan, { source }: Pick<ImageSpec, "source">, backend: Backend): void {
  if (plan.action === "create" && source === undefined && backend.create === undefined) {
    const kinds = kindsTaken(backend);
    const alternative = deliverableKinds(backend).length === 0 ? kinds : `give a source, ${kinds}`;
    throw new UnsupportedError({ backend: backend.name, capability: "an image without source", alternative });
  }
  const late = plan.operations.find(
    (operation) => operation.kind === "property" && needsData(operation, backend.rules),
  );
  if (plan.action !== "update" && source === undefined && late?.kind === "property") {
    const message = "can only be set when the image has data: give a source, or leave it out";
    throw new SpecError([{ path: ["properties", late.name], message }], {
      subject: `The spec of ${JSON.stringify(plan.name)}`,
    });
  }
  if (plan.action === "replace" && backend.rules.namesAreUnique === true && keepsBothNames(plan)) {
    const alternative = `two images can't be named ${JSON.stringify(plan.name)}, and a change of ${plan.replaces.join(", ")} replaces image ${plan.imageId}: plan with onReplace: "delete-first"`;
    throw new UnsupportedError({ backend: backend.name, capability: "onReplace", alternative });
  }
}

/** Whether the new image has the old one's name while that is there. */
function keepsBothNames({ operations, onReplace }: Plan): boolean {
  const isRenamed = operations.some(
    (operation) => operation.kind === "attribute" && operation.name === "name",
  );
  return onReplace !== "delete-first" && !isRenamed;
}
