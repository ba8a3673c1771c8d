import {
  compareStrings,
  type Image,
  type NewImage,
  OWN_PROPERTIES,
  REPLACES_RECORD,
  type Rules,
  SOURCE_RECORD,
} from "../../model/index.ts";
import { diffAttributes, diffProperties, diffTags } from "./diff.ts";
import type { Plan } from "./plan.ts";

/** An image, and what interrupted runs have left beside it. */
export interface Family {
  readonly image: Image;
  /** The images that replacements of it have made and not finished. */
  readonly successors: readonly Image[];
  /** Empty records that several creations of the name have made: no data, and nobody's but this library's. */
  readonly doubles: readonly Image[];
}

/** The id of the image whose place this one takes. */
export function replacedId(image: Image): string | undefined {
  const { properties } = image;
  return Object.hasOwn(properties, REPLACES_RECORD) ? properties[REPLACES_RECORD] : undefined;
}

/** Whether this library has made the record, and nobody has sent any data yet; an import may be about to. */
export function isEmptyRecord({ status, properties }: Image): boolean {
  return status === "queued" && Object.hasOwn(properties, SOURCE_RECORD);
}

/**
 * The one image of several that replaces none of the others and is no empty record beside a better one; of nothing
 * but empty records, the one with the lowest id. `undefined` when there is not exactly one.
 *
 * @param isImporting Whether an import is about to fill an empty record.
 */
export function familyOf(
  images: readonly Image[],
  isImporting: (image: Image) => boolean = () => false,
): Family | undefined {
  const ids = new Set(images.map(({ id }) => id));
  const isSuccessor = (image: Image) => {
    const replaced = replacedId(image);
    return replaced !== undefined && replaced !== image.id && ids.has(replaced);
  };
  const heads = images.filter((candidate) => !isSuccessor(candidate));
  const isEmpty = (image: Image) => isEmptyRecord(image) && !isImporting(image);
  const empty = heads.filter(isEmpty).sort((a, b) => compareStrings(a.id, b.id));
  const kept =
    heads.length === empty.length ? empty.slice(0, 1) : heads.filter((each) => !empty.includes(each));
  const [image, ...others] = kept;
  if (image === undefined || others.length > 0) return undefined;
  const doubles = empty.filter((each) => each !== image);
  return { image, successors: images.filter(isSuccessor), doubles };
}

/** A plan that also does away with the half-made images that interrupted runs have left. */
export function discarding(plan: Plan, leftovers: readonly Image[]): Plan {
  if (leftovers.length === 0) return plan;
  return { ...plan, action: actionOf(plan), discards: leftovers.map(({ id }) => id) };
}

/** A plan for an image that is as declared already, and only has to take the place of another one. */
export function superseding(plan: Plan, replaced: Image): Plan {
  return { ...plan, action: actionOf(plan), supersedes: replaced.id };
}

/** Whether an image is what a record to create would become. */
export function isRecordOf(image: Image, record: NewImage, rules: Rules): boolean {
  const { properties = {} } = record;
  return (
    diffAttributes(record, image).length === 0 &&
    diffTags(record.tags ?? [], image.tags, "all").length === 0 &&
    diffProperties(properties, image.properties, "all", rules).length === 0 &&
    OWN_PROPERTIES.every((name) => image.properties[name] === properties[name])
  );
}

function actionOf({ action }: Plan): Plan["action"] {
  return action === "none" ? "update" : action;
}
