import { z } from "zod";
import type { Issue } from "../../model/index.ts";
import type { SentValues } from "../backend.ts";

/** What a cloud says of one value of an image. */
interface WireProperty {
  readonly type?: string | readonly string[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly pattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
}

/** `GET /v2/schemas/image`: what a cloud takes of an image, its operator's own properties included. */
export interface WireSchema {
  readonly properties: Readonly<Record<string, WireProperty>>;
  readonly required?: readonly string[] | undefined;
}

/** What can't be read is passed over: the cloud itself has the last word. */
const WireProperty: z.ZodType<WireProperty> = z
  .object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    pattern: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
  })
  .catch({});

/** The schema of {@link WireSchema}. */
export const WireSchema: z.ZodType<WireSchema> = z.object({
  properties: z.record(z.string(), WireProperty),
  required: z.array(z.string()).optional().catch(undefined),
});

/** Where a value is in a spec, and on the wire. */
interface Value {
  readonly path: readonly string[];
  readonly name: string;
  readonly text: string;
}

/** What is wrong with values that are about to be sent, by the cloud's own schema. */
export function schemaIssues(schema: WireSchema, sent: SentValues): readonly Issue[] {
  const values = valuesOf(sent);
  return [
    ...hiddenIssues(schema, sent),
    ...values.flatMap((value) => valueIssues(schema.properties[value.name], value)),
    ...(sent.creates ? missingIssues(schema, values) : []),
  ];
}

/** Old clouds don't know the field: they take it for a property, and refuse it. */
function hiddenIssues({ properties }: WireSchema, { hidden }: SentValues): Issue[] {
  if (hidden !== true || Object.hasOwn(properties, "os_hidden")) return [];
  return [{ path: ["hidden"], message: "isn't known to this cloud: no image can be hidden" }];
}

function valuesOf({
  containerFormat,
  diskFormat,
  visibility,
  description,
  properties = {},
}: SentValues): Value[] {
  const fields: readonly (readonly [path: string, name: string, text: string | undefined])[] = [
    ["containerFormat", "container_format", containerFormat],
    ["diskFormat", "disk_format", diskFormat],
    ["visibility", "visibility", visibility],
    // An empty one is not sent.
    ["description", "description", description || undefined],
  ];
  return [
    ...fields.flatMap(([path, name, text]) => (text === undefined ? [] : [{ path: [path], name, text }])),
    ...Object.entries(properties).map(([name, text]) => ({ path: ["properties", name], name, text })),
  ];
}

function valueIssues(property: WireProperty | undefined, { path, text }: Value): Issue[] {
  const problem = property === undefined ? undefined : problemOf(property, text);
  return problem === undefined ? [] : [{ path, message: `${problem} on this cloud` }];
}

function problemOf(property: WireProperty, text: string): string | undefined {
  const { type, enum: values, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = property;
  const types = typeof type === "string" ? [type] : type;
  if (types?.includes("string") === false) return `must be of type ${types.join(" or ")}, not a text,`;
  if (values !== undefined && !values.includes(text))
    return `must be one of ${values.filter((value) => value !== null).join(", ")}`;
  // JSON schema counts code points.
  const length = [...text].length;
  if (length < minLength) return `must have at least ${minLength} characters`;
  if (length > maxLength) return `must have at most ${maxLength} characters`;
  if (pattern !== undefined && contradicts(pattern, text)) return `must match ${pattern}`;
  return undefined;
}

/**
 * Whether a text certainly doesn't match. The cloud's patterns are Python's, whose `\w` and `\d` take letters and
 * digits of every alphabet: only plain texts are judged, by patterns that mean the same in both languages.
 */
function contradicts(pattern: string, text: string): boolean {
  if (!/^[\x20-\x7e]*$/.test(text)) return false;
  try {
    return !new RegExp(pattern, "u").test(text);
  } catch {
    return false;
  }
}

/** Fields that every image has, whatever a spec says. */
const BASE_FIELDS: readonly string[] = [
  "id",
  "name",
  "owner",
  "container_format",
  "disk_format",
  "min_disk",
  "min_ram",
  "visibility",
  "protected",
  "os_hidden",
  "tags",
];

function missingIssues({ required = [] }: WireSchema, values: readonly Value[]): Issue[] {
  return required
    .filter((name) => !BASE_FIELDS.includes(name) && !values.some((value) => value.name === name))
    .map((name) => ({
      path: name === "description" ? [name] : ["properties", name],
      message: "is required on this cloud",
    }));
}
