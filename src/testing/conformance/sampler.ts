import { randomUUID } from "node:crypto";
import type { MetadataOperation } from "../../backends/backend.ts";
import type { NewImage } from "../../model/index.ts";
import { attribute, newImage, property } from "./samples.ts";

/** A field that images of some clouds don't have. */
export type Field =
  | "containerFormat"
  | "diskFormat"
  | "minDiskGb"
  | "minRamMb"
  | "visibility"
  | "protected"
  | "hidden"
  | "properties"
  | "tags"
  | "description";

/** What an image may have that has every field. */
const FIELDS = {
  containerFormat: "bare",
  diskFormat: "raw",
  minDiskGb: 2,
  minRamMb: 512,
  visibility: "shared",
  protected: true,
  hidden: true,
  properties: { os_distro: "debian" },
  tags: ["a"],
  description: "as declared",
} as const satisfies Readonly<Record<Field, unknown>>;

/** The fields that images of some clouds don't have. */
export const FIELD_NAMES: readonly Field[] = Object.keys(FIELDS).filter(
  (name): name is Field => name in FIELDS,
);

/** How the images of a cloud have to look. */
export interface Samples {
  /**
   * What every new image has. Default: the formats `bare` and `raw`, and a property; of these, only the fields that
   * the cloud's images have.
   */
  readonly fields?: Partial<Omit<NewImage, "id" | "name" | "tags">> | undefined;
  /** A name that the cloud takes, made of a text: another one for another text. Default: the text. */
  readonly name?: ((text: string) => string) | undefined;
  /** A tag that the cloud takes, made of a word. Default: the word. */
  readonly tag?: ((word: string) => string) | undefined;
  /** The id of another project, made of a word. Default: the word. */
  readonly project?: ((word: string) => string) | undefined;
}

/** Makes what a cloud takes. */
export interface Sampler {
  /** An image to create, with an id and a name of its own. Fields that the cloud's images don't have are left out. */
  newImage(fields?: Partial<NewImage>): NewImage;
  name(text: string): string;
  tag(word: string): string;
  project(word: string): string;
  /** Whether the cloud's images have a field. */
  has(field: string): boolean;
  /** Of every field a value that an image may have which has it. */
  readonly values: Pick<NewImage, Field>;
  /** A change that any image takes, data or not; another one for another word. */
  change(word: string): MetadataOperation;
}

/** @param lacks The fields that the cloud's images don't have, among others. */
export function sampler(samples: Samples, lacks: Readonly<Record<string, unknown>>): Sampler {
  const { fields: always = {}, name = same, tag = same, project = same } = samples;
  const has = (field: string): boolean => lacks[field] === undefined;
  return {
    name,
    tag,
    project,
    has,
    values: { ...FIELDS, ...always, tags: FIELDS.tags.map(tag) },
    newImage({ id = randomUUID(), tags = [], ...fields } = {}) {
      const named = { id, name: name(`debian-13 ${id}`), ...always, ...fields };
      const { name: _name, id: _id, ...image } = newImage(named);
      const kept = Object.entries({ ...image, tags: tags.map(tag) }).filter(([field]) => has(field));
      return { ...Object.fromEntries(kept), id, name: named.name };
    },
    change(word) {
      if (has("properties")) return property(word, "1");
      if (has("tags")) return { kind: "tag", op: "add", tag: tag(word) };
      return has("description") ? attribute("description", word) : attribute("name", name(word));
    },
  };
}

function same(text: string): string {
  return text;
}
