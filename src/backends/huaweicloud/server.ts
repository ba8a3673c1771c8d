import { type Image, type ImageSpec, type Issue, parseSpec, SpecError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { makeImage } from "./create-from.ts";
import { PROPERTIES } from "./properties.ts";
import type { Calls } from "./requests.ts";
import { huaweicloudSpec } from "./spec.ts";
import { WAYS } from "./ways.ts";

/** What an image that is made of a server may say of itself. */
export type ServerImage = Pick<ImageSpec, "name" | "description" | "minRamMb" | "tags" | "properties">;

const FIELDS: readonly string[] = ["name", "description", "minRamMb", "tags", "properties"];

/** Makes an image of the system disk of a server. What it can't be told is refused, and not left out. */
export async function createFromServer(
  calls: Calls,
  image: ServerImage,
  serverId: string,
  options?: CallOptions,
): Promise<Image> {
  const { region } = calls.connection;
  const spec = parseSpec(image, huaweicloudSpec({ region, reachesRegions: false }));
  const issues = issuesOf(spec);
  if (issues.length > 0) throw new SpecError(issues, { subject: "The call of createFromServer()" });
  return makeImage(calls, "server", { ...spec, id: "" }, { serverId }, options);
}

function issuesOf({ properties = {}, ...spec }: ImageSpec): readonly Issue[] {
  const isTaken = (name: string) => WAYS.server.fields.includes(PROPERTIES[name]?.field ?? name);
  const paths = [
    ...Object.keys(spec).flatMap((name) => (FIELDS.includes(name) ? [] : [[name]])),
    ...Object.keys(properties).flatMap((name) => (isTaken(name) ? [] : [["properties", name]])),
  ];
  return paths.map((path) => ({ path, message: "isn't taken for an image of a server: leave it out" }));
}
