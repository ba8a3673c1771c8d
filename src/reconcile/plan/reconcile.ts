import type { CreateFrom } from "../../backends/backend.ts";
import {
  forcesReplacement,
  glanceRules,
  type Image,
  type ImageSpec,
  type ImageSpecInput,
  isCreationProperty,
  isGone,
  needsData,
  parseSpec,
  type Rules,
} from "../../model/index.ts";
import { basisOf } from "./basis.ts";
import { compareContent, type SourceFacts } from "./content.ts";
import { type Delivery, deliveryFor, isMadeAnew } from "./delivery.ts";
import { diffAttributes, diffMembers, diffProperties, diffTags, unseenProperties } from "./diff.ts";
import { checkOwnership, type Ownership } from "./ownership.ts";
import type { Action, Plan, PlannedSpec } from "./plan.ts";
import { redactSource } from "./planned-source.ts";

/** Options of {@link reconcile}. */
export interface ReconcileOptions extends Delivery {
  /** What the cloud can change. Default: Glance's rules. */
  readonly rules?: Rules | undefined;
  /** Who owns the properties that the spec doesn't declare, where it declares any. Default: `"all"`. */
  readonly properties?: Ownership<Readonly<Record<string, string>> | readonly string[]> | undefined;
  /** Who owns the tags that the spec doesn't declare, where it declares any. Default: `"all"`. */
  readonly tags?: Ownership<readonly string[]> | undefined;
  /** The sources that the cloud makes whole images of, `volumeId` and `object` in any case: they fill none that is there. */
  readonly createsFrom?: CreateFrom["kinds"] | undefined;
  /** What is known of the source's bytes: its size and digests. */
  readonly source?: SourceFacts | undefined;
}

/**
 * Plans how to get from the image that is to the one that should be. Pure: no I/O, no clock, no global state.
 * Total for every valid spec and every image.
 *
 * Laws: the plan's operations applied to `actual` give `desired`; a plan on its own result is `none`; the order of
 * keys, tags and members makes no difference; the operations are minimal and in a stable order; the plan survives
 * `JSON.stringify`, and holds no secret.
 *
 * @param desired What the user writes; `undefined` to delete.
 * @param actual What the cloud reports; `undefined` to create.
 * @throws SpecError `ERR_SPEC_INVALID` when `desired` is not a valid spec, or `properties` or `tags` no ownership.
 */
export function reconcile(
  desired: ImageSpecInput | undefined,
  actual: Image | undefined,
  options: ReconcileOptions = {},
): Plan {
  checkOwnership(options);
  const present = actual === undefined || isGone(actual.status) ? undefined : actual;
  if (desired === undefined) return planDeletion(present, options.rules ?? glanceRules);
  const spec = parseSpec(desired);
  return present === undefined ? planCreation(spec, options) : planChange(spec, present, options);
}

function planDeletion(actual: Image | undefined, rules: Rules): Plan {
  if (actual === undefined) return { action: "none", name: "", operations: [], replaces: [] };
  return {
    action: "delete",
    name: actual.name,
    imageId: actual.id,
    operations: [],
    replaces: [],
    basis: basisOf(actual, rules),
  };
}

function planCreation(spec: ImageSpec, options: ReconcileOptions): Plan {
  const { rules = glanceRules, source } = options;
  return {
    action: "create",
    name: spec.name,
    desired: plannedSpec(spec),
    operations: [
      ...diffAttributes(spec, undefined),
      ...diffProperties(spec.properties, {}, "all", rules),
      ...unseenProperties(spec.properties, rules),
      ...diffTags(spec.tags, [], "all"),
      ...diffMembers(spec.members, []),
    ],
    replaces: [],
    ...sizeOf(source),
    ...heldDelivery(spec, options),
  };
}

function planChange(spec: ImageSpec, actual: Image, options: ReconcileOptions): Plan {
  const { rules = glanceRules, properties = "all", tags = "all", source = {}, createsFrom } = options;
  const attributes = diffAttributes(spec, actual);
  const changed = diffProperties(spec.properties, actual.properties ?? {}, properties, rules);
  const content = compareContent(spec, actual, source, rules);
  const fillsEmpty = content === "changed" && takesData(actual, spec, createsFrom);
  const staysEmpty = actual.status === "queued" && content !== "changed";
  const replaces = [
    ...attributes
      .filter(
        (operation) =>
          forcesReplacement(operation.name, actual.status, rules) ||
          (staysEmpty && needsData(operation, rules)),
      )
      .map(({ name }) => name),
    ...changed
      .filter(
        (operation) =>
          isCreationProperty(operation.name, "shown", rules) || (staysEmpty && needsData(operation, rules)),
      )
      .map(({ name }) => `properties.${name}`),
    ...(content === "changed" && !fillsEmpty ? ["source"] : []),
    ...(actual.status === "killed" ? ["status"] : []),
  ];
  const operations = [
    ...attributes,
    ...changed,
    ...(replaces.length > 0 ? unseenProperties(spec.properties, rules) : []),
    ...diffTags(spec.tags, actual.tags ?? [], tags),
    ...diffMembers(spec.members, actual.members),
  ];
  const fills = replaces.length > 0 || fillsEmpty;
  const copies = fills ? [] : lackingStores(actual, options);
  return {
    action: actionOf(replaces.length > 0, operations.length > 0 || fillsEmpty || copies.length > 0),
    name: spec.name,
    imageId: actual.id,
    desired: plannedSpec(spec),
    operations,
    replaces,
    ...(content === undefined ? {} : { content }),
    ...(content === "changed" ? sizeOf(source) : {}),
    ...(fills ? heldDelivery(spec, options) : copiesOf(copies, options)),
    basis: basisOf(actual, rules, spec.properties),
  };
}

/** Whether an image has no data yet and can be given some. What is staged comes from here: no cloud puts it there. */
function takesData(
  { status }: Image,
  { source }: ImageSpec,
  createsFrom: CreateFrom["kinds"] | undefined,
): boolean {
  if (source !== undefined && isMadeAnew(source, createsFrom)) return false;
  if (status === "queued") return true;
  const fromCloud =
    source === undefined || "webDownload" in source || ("imageId" in source && source.region !== undefined);
  return status === "uploading" && !fromCloud;
}

function heldDelivery({ source }: ImageSpec, options: Delivery): Delivery {
  return source === undefined ? {} : deliveryFor(source, options);
}

/** The stores that shall have the data, and don't; a cloud with one store has no name for it. */
function lackingStores({ status, stores: present }: Image, { stores = [] }: Delivery): readonly string[] {
  if (status !== "active" || !present) return [];
  return stores.filter((store) => !present.includes(store));
}

function copiesOf(copies: readonly string[], { allStoresMustSucceed }: Delivery): Partial<Plan> {
  if (copies.length === 0) return {};
  return { copies, ...(allStoresMustSucceed === undefined ? {} : { allStoresMustSucceed }) };
}

function actionOf(replaces: boolean, changes: boolean): Action {
  if (replaces) return "replace";
  return changes ? "update" : "none";
}

function plannedSpec({ source, ...spec }: ImageSpec): PlannedSpec {
  return source === undefined ? spec : { ...spec, source: redactSource(source) };
}

function sizeOf(source: SourceFacts | undefined): { sizeBytes?: number } {
  return source?.sizeBytes === undefined ? {} : { sizeBytes: source.sizeBytes };
}
