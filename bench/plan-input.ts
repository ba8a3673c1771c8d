import type { Image, ImageSpecInput } from "imagewright";

/** A spec, and the image that it is held against. */
export interface Pair {
  readonly spec: ImageSpecInput;
  readonly image: Image;
}

const propertyCount = 50;
const tagCount = 20;
const sha512 = "ab".repeat(64);

/** The specs and images of a big project: of four images one is in place, the others differ a little. */
export function generatePairs(count: number): readonly Pair[] {
  return Array.from({ length: count }, (_, index) => pairOf(index));
}

function pairOf(index: number): Pair {
  const name = `image-${index}`;
  const properties = Object.fromEntries(
    Array.from({ length: propertyCount }, (_, count) => [
      `team_property_${count}`,
      `value ${count} of ${name}`,
    ]),
  );
  const tags = Array.from({ length: tagCount }, (_, count) => `tag-${(count * 7 + index) % 97}`);
  const spec: ImageSpecInput = {
    name,
    containerFormat: "bare",
    diskFormat: "qcow2",
    minDiskGb: 10,
    minRamMb: 512,
    visibility: "private",
    properties,
    tags,
    source: { url: `https://images.example.org/${name}.qcow2`, checksum: `sha512:${sha512}` },
  };
  const { source: _source, ...fields } = spec;
  const image: Image = {
    ...fields,
    id: `00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`,
    status: "active",
    properties: { ...properties },
    tags: [...tags].reverse(),
    hashAlgorithm: "sha512",
    hashValue: sha512,
    sizeBytes: 2 ** 30 + index,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z",
  };
  return { spec, image: drifted(image, index) };
}

function drifted(image: Image, index: number): Image {
  switch (index % 4) {
    case 1:
      return { ...image, properties: { ...image.properties, team_property_7: "changed", foreign: "1" } };
    case 2:
      return { ...image, tags: image.tags.slice(1) };
    case 3:
      return { ...image, minDiskGb: 20 };
    default:
      return image;
  }
}
