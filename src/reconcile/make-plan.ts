import {
  type Image,
  type ImageSpec,
  type Issue,
  isBusy,
  SpecError,
  UnsupportedError,
} from "../model/index.ts";
import type { Context } from "./context.ts";
import { sourceFacts } from "./facts.ts";
import { findActual, withMembers } from "./find.ts";
import type { OnReplace, Plan } from "./plan.ts";
import { type ReconcileOptions, reconcile } from "./reconcile.ts";
import { waitWhileBusy } from "./wait.ts";

/** Options of `ImageManager.plan`. */
export interface PlanOptions {
  /** The image that the spec is about, whatever its name. Default: the one that this project owns by that name. */
  readonly id?: string | undefined;
  /** Who owns the properties that the spec doesn't declare. Default: `"all"`. */
  readonly properties?: ReconcileOptions["properties"];
  /** Who owns the tags that the spec doesn't declare. Default: `"all"`. */
  readonly tags?: ReconcileOptions["tags"];
  /** How a replacement goes about; `refuse` makes it an error. Default: `create-first`. */
  readonly onReplace?: OnReplace | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads what is there and plans how to get to the spec. Writes nothing. */
export async function makePlan(context: Context, spec: ImageSpec, options: PlanOptions): Promise<Plan> {
  const { backend, signal } = context;
  const found = await findActual(context, spec, options.id);
  const actual = found !== undefined && isBusy(found.status) ? await settled(context, found, spec) : found;
  checkMembers(spec, actual);
  const plan = reconcile(spec, actual, {
    rules: backend.rules,
    properties: options.properties,
    tags: options.tags,
    source: await sourceFacts(spec, actual, signal),
  });
  if (plan.action !== "replace") return plan;
  checkReplacement(plan, spec, options.onReplace, backend.name);
  return options.onReplace === undefined ? plan : { ...plan, onReplace: options.onReplace };
}

/** What is written while data is on its way is lost: the plan is for what comes after. */
async function settled(context: Context, image: Image, spec: ImageSpec): Promise<Image | undefined> {
  const after = await waitWhileBusy(context, image.id, image.name);
  return after === undefined ? undefined : withMembers(context, after, spec.members !== undefined);
}

function checkMembers({ members = [], visibility }: ImageSpec, actual: Image | undefined): void {
  const effective = visibility ?? actual?.visibility ?? "private";
  if (members.length === 0 || effective === "shared") return;
  throw new SpecError([{ path: ["members"], message: `need the visibility shared; it is ${effective}` }]);
}

function checkReplacement(
  { name, replaces, imageId }: Plan,
  spec: ImageSpec,
  onReplace: OnReplace | undefined,
  backend: string,
): void {
  const fields = replaces.join(", ");
  const because = `a change of ${fields} replaces image ${imageId}`;
  if (onReplace === "refuse") {
    throw new UnsupportedError({
      backend,
      capability: `a change of ${fields} in place`,
      alternative: `${because} (${name}): allow it with onReplace`,
    });
  }
  const issues: Issue[] = [];
  if (spec.id !== undefined && spec.id === imageId) {
    issues.push({
      path: ["id"],
      message: `${because}, and a cloud never gives an id twice: choose another id, or leave it out`,
    });
  }
  if (spec.source === undefined) {
    issues.push({ path: ["source"], message: `is needed: ${because}, and the new one would have no data` });
  }
  if (issues.length > 0) throw new SpecError(issues, { subject: `The spec of ${JSON.stringify(name)}` });
}
