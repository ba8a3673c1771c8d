import {
  applyOperations,
  type Image,
  ImageSpec,
  type NewImage,
  type Operation,
  OWN_PROPERTIES,
  REPLACES_RECORD,
  SOURCE_RECORD,
} from "../model/index.ts";

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
  return { ...fields, id, properties: withRecord(spec.properties ?? {}, sourceRecord) };
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
    isServerProperty,
    keepsActual,
  }: {
    id: string;
    sourceRecord: string | undefined;
    isServerProperty: (name: string) => boolean;
    /** Whether the old image is there beside the new one for a while. */
    keepsActual: boolean;
  },
): NewImage {
  const marker = keepsActual ? { [REPLACES_RECORD]: actual.id } : {};
  const after = applyOperations(actual, operations);
  const properties = Object.entries(after.properties).filter(
    ([name]) => !OWN_PROPERTIES.includes(name) && !isServerProperty(name),
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
    properties: { ...withRecord(Object.fromEntries(properties), sourceRecord), ...marker },
  };
}

function withRecord(
  properties: Readonly<Record<string, string>>,
  record: string | undefined,
): Record<string, string> {
  return record === undefined ? { ...properties } : { ...properties, [SOURCE_RECORD]: record };
}
