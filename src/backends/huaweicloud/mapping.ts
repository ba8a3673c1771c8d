import { type Image, withRaw } from "../../model/index.ts";
import { detailsOf } from "./details.ts";
import { PROPERTIES, propertiesOf } from "./properties.ts";
import { pairOf, tagOf } from "./tags.ts";
import type { WireImage } from "./wire.ts";

/** The fields of the wire that have a place of their own in an {@link Image}. */
const FIELDS: readonly string[] = [
  "id",
  "status",
  "name",
  "container_format",
  "disk_format",
  "min_disk",
  "min_ram",
  "visibility",
  "protected",
  "tags",
  "owner",
  "file",
  "schema",
  "created_at",
  "updated_at",
  "__description",
];

/** Whose images they are, and where. */
export interface Place {
  readonly region: string;
  readonly projectId: string;
}

/** An {@link Image} from what IMS wrote. */
export function imageFromWire(wire: WireImage, { region, projectId }: Place): Image {
  const details = detailsOf(wire);
  const image: Image = {
    id: wire.id,
    name: wire.name ?? "",
    status: wire.status,
    containerFormat: wire.container_format ?? undefined,
    diskFormat: wire.disk_format ?? undefined,
    minDiskGb: numberOf(wire.min_disk),
    minRamMb: numberOf(wire.min_ram),
    visibility: visibilityOf(wire, projectId),
    protected: flagOf(wire.protected),
    description: wire.__description || undefined,
    region,
    // `size` and `checksum` speak of an empty file, or of two bytes, whatever is there.
    sizeBytes: details.imageSizeBytes || undefined,
    owner: wire.owner ?? undefined,
    file: wire.file ?? undefined,
    schema: wire.schema ?? undefined,
    createdAt: wire.created_at ?? undefined,
    updatedAt: wire.updated_at ?? undefined,
    tags: [...new Set((wire.tags ?? []).map((tag) => tagOf(pairOf(tag))))].sort(),
    properties: propertiesOf(wire),
    serverProperties: serverPropertiesOf(wire),
    huaweicloud: details,
  };
  return withRaw(image, wire);
}

/** Its own images are private here, shared or not: that they have members is no other visibility to a spec. */
function visibilityOf(
  { visibility, owner, __imagetype: type }: WireImage,
  projectId: string,
): string | undefined {
  const isOwn = owner === projectId || type === "private";
  return isOwn && visibility === "shared" ? "private" : (visibility ?? undefined);
}

function serverPropertiesOf(wire: WireImage): Readonly<Record<string, string>> {
  const entries = Object.entries(wire).flatMap(([name, value]) => {
    const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isPlain && !FIELDS.includes(name) && !Object.hasOwn(PROPERTIES, name)
      ? [[name, String(value)] as const]
      : [];
  });
  return Object.fromEntries(entries);
}

function numberOf(value: number | string | null | undefined): number | undefined {
  if (value == null || value === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function flagOf(value: boolean | string | null | undefined): boolean | undefined {
  return value == null ? undefined : String(value).toLowerCase() === "true";
}
