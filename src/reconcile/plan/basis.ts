import {
  ATTRIBUTES,
  compareStrings,
  type Image,
  type ImageSpec,
  isCloudsAffair,
  type Rules,
  sortedSet,
} from "../../model/index.ts";
import { contentDigest } from "./canonical.ts";

/**
 * A digest of all that a plan depends on: what users write of an image, and its data.
 *
 * @param declared - The properties of the spec: they count whoever else may write them.
 */
export function basisOf(image: Image, rules: Rules, declared?: ImageSpec["properties"]): string {
  const properties = Object.entries(image.properties ?? {})
    .filter(([name]) => !isCloudsAffair(name, rules, declared))
    .sort(([a], [b]) => compareStrings(a, b));
  return contentDigest({
    attributes: ATTRIBUTES.map((name) => image[name] ?? null),
    properties,
    tags: sortedSet(image.tags ?? []),
    members: sortedSet(image.members ?? []),
    data: [image.status, image.checksum ?? null, image.hashValue ?? null, image.sizeBytes ?? null],
  });
}
