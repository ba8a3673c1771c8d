import type { NewImage } from "../../model/index.ts";
import type { CloudSource } from "../backend.ts";
import { PROPERTIES } from "./properties.ts";
import { tagsOf, wireTags } from "./tags.ts";
import { WAYS, type WayName } from "./ways.ts";

/** What an image is made of, as bodies say it. */
export type Origin = CloudSource | { readonly serverId: string };

/** Never sent: it chooses the way. */
const CHOOSERS: readonly string[] = ["is_quick_import"];

/**
 * The body of `POST /v2/images`. `protected` is always sent, as Terraform's provider does; a description and an
 * enterprise project aren't taken.
 */
export function metadataBody(image: NewImage): Readonly<Record<string, unknown>> {
  const { name, containerFormat, diskFormat, minDiskGb, minRamMb, tags = [], properties = {} } = image;
  return {
    name,
    visibility: "private",
    protected: image.protected ?? false,
    container_format: containerFormat ?? "bare",
    ...(diskFormat === undefined ? {} : { disk_format: diskFormat }),
    ...(minDiskGb ? { min_disk: minDiskGb } : {}),
    ...(minRamMb ? { min_ram: minRamMb } : {}),
    ...(properties["__os_version"] === undefined ? {} : { __os_version: properties["__os_version"] }),
    ...(tags.length === 0 ? {} : { tags }),
  };
}

/** The body of the call that starts a job which makes an image. */
export function jobBody(
  way: WayName,
  image: NewImage,
  origin: Origin,
  region: string,
): Readonly<Record<string, unknown>> {
  const fields = { ...fieldsOf(image), ...originFields(origin, region), ...typeFor(way) };
  const { fields: taken } = WAYS[way];
  const body = Object.fromEntries(Object.entries(fields).filter(([name]) => taken.includes(name)));
  if (way !== "volumeData") return withoutType(way, body);
  const { enterprise_project_id, type: _type, ...dataImage } = body;
  return {
    data_images: [dataImage],
    ...(enterprise_project_id === undefined ? {} : { enterprise_project_id }),
  };
}

/** Everything that an image says. */
function fieldsOf(image: NewImage): Readonly<Record<string, unknown>> {
  const { name, description, minDiskGb, minRamMb, tags = [], properties = {} } = image;
  const given = Object.entries(properties).flatMap(([key, value]) => {
    const property = Object.hasOwn(PROPERTIES, key) && !CHOOSERS.includes(key) ? PROPERTIES[key] : undefined;
    return property === undefined ? [] : [[property.field ?? key, property.send?.(value) ?? value] as const];
  });
  return {
    name,
    ...(description ? { description } : {}),
    ...(minDiskGb ? { min_disk: minDiskGb } : {}),
    ...(minRamMb ? { min_ram: minRamMb } : {}),
    ...(tags.length === 0 ? {} : { image_tags: wireTags(tagsOf(tags)) }),
    ...Object.fromEntries(given),
  };
}

/** @param region - The backend's own: where a copy of another region goes. Its project has the region's name. */
function originFields(origin: Origin, region: string): Readonly<Record<string, unknown>> {
  if ("serverId" in origin) return { instance_id: origin.serverId };
  if ("volumeId" in origin) return { volume_id: origin.volumeId };
  if ("object" in origin) return { image_url: origin.object };
  return { region, project_name: region };
}

function typeFor(way: WayName): { readonly type?: string } {
  if (way === "iso") return { type: "IsoImage" };
  return way === "quickData" ? { type: "DataImage" } : {};
}

/** What a data image's own path says already. */
function withoutType(
  way: WayName,
  { type, ...body }: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return type === undefined || way === "objectData" ? body : { ...body, type };
}
