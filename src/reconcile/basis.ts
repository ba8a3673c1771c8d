import {
  ATTRIBUTES,
  compareStrings,
  type Image,
  isServerProperty,
  type Rules,
  sortedSet,
} from "../model/index.ts";
import { contentDigest } from "./canonical.ts";

/** A digest of all that a plan depends on: what users write of an image, and its data. */
export function basisOf(image: Image, rules: Rules): string {
  const properties = Object.entries(image.properties ?? {})
    .filter(([name]) => !isServerProperty(name, rules))
    .sort(([a], [b]) => compareStrings(a, b));
  return contentDigest({
    attributes: ATTRIBUTES.map((name) => image[name] ?? null),
    properties,
    tags: sortedSet(image.tags ?? []),
    members: sortedSet(image.members ?? []),
    data: [image.status, image.checksum ?? null, image.hashValue ?? null, image.sizeBytes ?? null],
  });
}
