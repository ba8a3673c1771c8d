import { type ImageSpec, type Issue, nearestKey } from "../../model/index.ts";
import { namesWhere, PROPERTIES } from "./properties.ts";
import { WAYS, type WayName } from "./ways.ts";

/** What is wrong with the properties of an image that comes about on a way. */
export function propertyIssues(
  { properties = {}, minRamMb = 0 }: Pick<ImageSpec, "properties" | "minRamMb">,
  way: WayName,
): readonly Issue[] {
  const problems = Object.entries(properties).map(
    ([name, value]) => [name, problemOf(name, value, way)] as const,
  );
  const missing = namesWhere(() => true)
    .filter((name) => WAYS[way].needs.includes(fieldOf(name)) && properties[name] === undefined)
    .map((name) => [name, `is required on Huawei Cloud for ${WAYS[way].title}`] as const);
  const { max_ram: maxRam } = properties;
  const tooLittle =
    maxRam !== undefined && Number(maxRam) < minRamMb ? `is less than minRamMb, ${minRamMb}` : undefined;
  return [...problems, ...missing, ["max_ram", tooLittle] as const].flatMap(([name, message]) =>
    message === undefined ? [] : [{ path: ["properties", name], message }],
  );
}

function problemOf(name: string, value: string, way: WayName): string | undefined {
  const property = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
  if (property === undefined) return unknownProperty(name);
  const problem = property.problem(value);
  if (problem !== undefined) return problem;
  if (property.changes === "never" && !isTaken(name, way)) return notTaken(name, way);
  const isSystem = way === "volume" || way === "quick";
  if (name === "type" && value === "IsoImage" && isSystem)
    return `an ISO is made of source.object, without is_quick_import`;
  return undefined;
}

function unknownProperty(name: string): string {
  const known = namesWhere(() => true);
  const near = nearestKey(name, known);
  const advice =
    near === undefined ? `there are ${known.join(", ")}` : `did you mean ${JSON.stringify(near)}?`;
  return `Huawei Cloud's images have no properties of one's own, and none of this name: ${advice}`;
}

function notTaken(name: string, way: WayName): string {
  const others = Object.values(WAYS).flatMap(({ title, fields }) =>
    fields.includes(fieldOf(name)) ? [title] : [],
  );
  return `isn't taken for ${WAYS[way].title}, only for ${others.join(", ")}: leave it out`;
}

function isTaken(name: string, way: WayName): boolean {
  return WAYS[way].fields.includes(fieldOf(name));
}

function fieldOf(name: string): string {
  return PROPERTIES[name]?.field ?? name;
}
