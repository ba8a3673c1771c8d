/** node scripts/json-schema.ts: writes the JSON schema of `ImageSpec`, for editors, to dist/. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { z } from "zod";
import { LIMITS } from "../src/model/names.ts";
import { ImageSpec } from "../src/model/spec.ts";

const FILE = "image-spec.schema.json";
const root = join(import.meta.dirname, "..");

type Schema = z.core.JSONSchema.JSONSchema;

interface Documented {
  readonly text: string | undefined;
  readonly members: ReadonlyMap<string, string | undefined>;
}

/** What is written by hand, in JSON or YAML: a source may be a string, and can't be a function. */
export function imageSpecSchema(): Schema {
  const schema = z.toJSONSchema(ImageSpec, { io: "input" });
  const docs = [...interfacesOf("src/model/spec.ts"), ...interfacesOf("src/model/source.ts")];
  describe(schema, docs);

  const fields = propertiesOf(schema);
  const source = fields.get("source") ?? {};
  source.anyOf = [
    { type: "string", minLength: 1, description: "A URL or a path." },
    ...(source.anyOf ?? []).filter((kind) => !propertiesOf(kind).has("open")),
  ];
  for (const kind of source.anyOf) describe(kind, docs);

  // Conditions that are functions in the zod schema.
  Object.assign(fields.get("name") ?? {}, { maxLength: LIMITS.nameCharacters });
  Object.assign(fields.get("properties") ?? {}, { maxProperties: LIMITS.properties });

  const { $schema, ...rest } = schema;
  return { ...($schema === undefined ? {} : { $schema }), $id: FILE, title: "ImageSpec", ...rest };
}

/** Adds what the doc comments of the interface with the same members say. */
function describe(schema: Schema | boolean, docs: readonly Documented[]): void {
  const properties = propertiesOf(schema);
  const documented = docs.find(
    ({ members }) =>
      members.size === properties.size && [...members.keys()].every((name) => properties.has(name)),
  );
  if (typeof schema === "boolean" || documented === undefined) return;
  if (documented.text !== undefined) schema.description = documented.text;
  for (const [name, property] of properties) {
    const text = documented.members.get(name);
    if (text !== undefined) property.description = text;
  }
}

function propertiesOf(schema: Schema | boolean): ReadonlyMap<string, Schema> {
  const properties = typeof schema === "boolean" ? {} : (schema.properties ?? {});
  return new Map(
    Object.entries(properties).filter((entry): entry is [string, Schema] => typeof entry[1] !== "boolean"),
  );
}

function interfacesOf(path: string): readonly Documented[] {
  const text = readFileSync(join(root, path), "utf8");
  return ts
    .createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    .statements.filter(ts.isInterfaceDeclaration)
    .map((node) => ({
      text: docOf(node),
      members: new Map(node.members.map((member) => [member.name?.getText() ?? "", docOf(member)])),
    }));
}

function docOf(node: ts.Node): string | undefined {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = ts.getTextOfJSDocComment(doc?.comment);
  return text?.replace(/\{@link (\S+?)\}/g, "$1").replace(/\s+/g, " ");
}

if (import.meta.main) {
  await writeFile(join(root, "dist", FILE), `${JSON.stringify(imageSpecSchema(), null, 2)}\n`);
}
