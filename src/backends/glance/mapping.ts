import { type Image, isServerProperty, type NewImage, type Rules, withRaw } from "../../model/index.ts";
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
  "os_hidden",
  "tags",
  "checksum",
  "size",
  "virtual_size",
  "owner",
  "file",
  "schema",
  "self",
  "created_at",
  "updated_at",
  "description",
];

/** They hold credentials of the store: only `raw` has them. */
const SECRETS: readonly string[] = ["direct_url", "locations"];

/** An {@link Image} from what Glance wrote. */
export function imageFromWire(
  wire: WireImage,
  { rules, region }: { rules: Rules; region: string | undefined },
): Image {
  const image: Image = {
    id: wire.id,
    name: wire.name ?? "",
    status: wire.status,
    containerFormat: wire.container_format ?? undefined,
    diskFormat: wire.disk_format ?? undefined,
    minDiskGb: wire.min_disk ?? undefined,
    minRamMb: wire.min_ram ?? undefined,
    visibility: wire.visibility ?? undefined,
    protected: wire.protected ?? undefined,
    hidden: wire.os_hidden ?? undefined,
    description: typeof wire["description"] === "string" ? wire["description"] : undefined,
    region,
    checksum: wire.checksum || undefined,
    hashAlgorithm: wire.os_hash_algo || undefined,
    hashValue: wire.os_hash_value || undefined,
    sizeBytes: wire.size ?? undefined,
    virtualSizeBytes: wire.virtual_size ?? undefined,
    owner: wire.owner ?? undefined,
    file: wire.file ?? undefined,
    schema: wire.schema ?? undefined,
    metadata: stringMap(wire["metadata"]),
    createdAt: wire.created_at ?? undefined,
    updatedAt: wire.updated_at ?? undefined,
    stores: wire.stores?.split(",").filter((store) => store !== ""),
    tags: [...(wire.tags ?? [])].sort(),
    ...splitProperties(wire, rules),
  };
  return withRaw(image, wire);
}

/** The body of `POST /v2/images`. What equals Glance's own default isn't sent: old clouds refuse `os_hidden`. */
export function wireFromNewImage(image: NewImage): Record<string, unknown> {
  const { id, name, containerFormat, diskFormat, minDiskGb, minRamMb, description, properties, tags } = image;
  return {
    ...properties,
    ...(description ? { description } : {}),
    id,
    name,
    ...(containerFormat === undefined ? {} : { container_format: containerFormat }),
    ...(diskFormat === undefined ? {} : { disk_format: diskFormat }),
    ...(minDiskGb ? { min_disk: minDiskGb } : {}),
    ...(minRamMb ? { min_ram: minRamMb } : {}),
    // Glance's own default is `shared`.
    visibility: image.visibility ?? "private",
    ...(image.protected ? { protected: true } : {}),
    ...(image.hidden ? { os_hidden: true } : {}),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
  };
}

function splitProperties(wire: WireImage, rules: Rules): Pick<Image, "properties" | "serverProperties"> {
  const properties: [string, string][] = [];
  const serverProperties: [string, string][] = [];
  for (const [name, value] of Object.entries(wire)) {
    if (FIELDS.includes(name) || SECRETS.includes(name) || typeof value !== "string") continue;
    (isServerProperty(name, rules) ? serverProperties : properties).push([name, value]);
  }
  return {
    properties: Object.fromEntries(properties),
    serverProperties: Object.fromEntries(serverProperties),
  };
}

function stringMap(value: unknown): Record<string, string> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}
