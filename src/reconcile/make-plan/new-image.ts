import {
  applyOperations,
  type Image,
  ImageSpec,
  LIMITS,
  type NewImage,
  type Operation,
  OWN_PROPERTIES,
  REPLACES_RECORD,
  SOURCE_RECORD,
} from "../../model/index.ts";

/** The record of an image that a plan creates. */
export function newImage(spec: ImageSpec, id: string, sourceRecord: string | undefined): NewImage {
  const {
    source: _source,
    verifyChecksum: _verify,
    decompress: _decompress,
    convert: _convert,
    members: _members,
    ...fields
  } = spec;
  return {
    ...fields,
    id,
    properties: withOwn(spec.properties ?? {}, spec.description, { [SOURCE_RECORD]: sourceRecord }),
  };
}

/**
 * The record of an image that takes another's place: what the spec doesn't manage is as it was.
 *
 * @param actual The image that is replaced.
 */
export function replacingImage(
  actual: Image,
  operations: readonly Operation[],
  {
    id,
    sourceRecord,
    isCloudsAffair,
    keepsActual,
  }: {
    id: string;
    sourceRecord: string | undefined;
    /** Whether a property is not taken over. */
    isCloudsAffair: (name: string) => boolean;
    /** Whether the old image is there beside the new one for a while. */
    keepsActual: boolean;
  },
): NewImage {
  const own = { [REPLACES_RECORD]: keepsActual ? actual.id : undefined, [SOURCE_RECORD]: sourceRecord };
  const after = applyOperations(actual, operations);
  const properties = Object.entries(after.properties).filter(
    ([name]) => !OWN_PROPERTIES.includes(name) && !isCloudsAffair(name),
  );
  const declared = ImageSpec.parse({
    name: after.name,
    containerFormat: after.containerFormat,
    diskFormat: after.diskFormat,
    minDiskGb: after.minDiskGb,
    minRamMb: after.minRamMb,
    visibility: after.visibility,
    protected: after.protected,
    hidden: after.hidden,
    region: after.region,
  });
  const { tags, description } = after;
  return {
    ...declared,
    ...(description === undefined ? {} : { description }),
    tags,
    id,
    properties: withOwn(Object.fromEntries(properties), description, own),
  };
}

/**
 * The properties with the library's own, as far as there is room: the user's come first. On Glance a description is a
 * property, too.
 */
function withOwn(
  properties: Readonly<Record<string, string>>,
  description: string | undefined,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const room = LIMITS.properties - Object.keys(properties).length - (description === undefined ? 0 : 1);
  const entries = Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...properties, ...Object.fromEntries(entries.slice(0, Math.max(0, room))) };
}
