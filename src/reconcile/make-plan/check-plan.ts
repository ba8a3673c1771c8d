import {
  glanceRules,
  type Image,
  type ImageSpec,
  type Issue,
  mayHaveMembers,
  type Rules,
  SpecError,
  UnsupportedError,
} from "../../model/index.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Holds the members of a spec against the visibility that the image will have.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when nothing can be shared: only an image of the visibility `shared` has members.
 */
export function checkMembers(
  { members = [], visibility }: ImageSpec,
  actual: Image | undefined,
  rules: Rules = glanceRules,
): void {
  const effective = visibility ?? actual?.visibility ?? "private";
  if (members.length === 0 || mayHaveMembers({ visibility: effective }, rules)) return;
  throw new SpecError([{ path: ["members"], message: `need the visibility shared; it is ${effective}` }]);
}

/**
 * Holds a replacement against what the user allows and what is possible.
 *
 * @param actual The image that is replaced: one without data may be followed by another.
 * @throws UnsupportedError `ERR_UNSUPPORTED` when the user refuses replacements.
 * @throws SpecError `ERR_SPEC_INVALID` when the new image would have the id of the old one, or no data.
 */
export function checkReplacement(
  plan: Plan,
  spec: ImageSpec,
  backend: string,
  actual?: Pick<Image, "status">,
): void {
  const { name, replaces, imageId, onReplace } = plan;
  const fields = replaces.join(", ");
  const because = `a change of ${fields} replaces image ${imageId}`;
  if (onReplace === "refuse") {
    const alternative = `${because} (${name}): allow it with onReplace`;
    throw new UnsupportedError({ backend, capability: `a change of ${fields} in place`, alternative });
  }
  const issues: Issue[] = [];
  if (spec.id !== undefined && spec.id === imageId) {
    const message = `${because}, and a cloud never gives an id twice: choose another id, or leave it out`;
    issues.push({ path: ["id"], message });
  }
  if (spec.source === undefined && actual?.status !== "queued") {
    issues.push({ path: ["source"], message: `is needed: ${because}, and the new one would have no data` });
  }
  if (issues.length > 0) throw new SpecError(issues, { subject: `The spec of ${JSON.stringify(name)}` });
}
