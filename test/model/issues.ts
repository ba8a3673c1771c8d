import { ImagewrightError, type Issue, parseSpec } from "../../src/model/index.ts";

/** The issues of a spec that has a name; none where it is valid. */
export function issuesOfSpec(fields: object): readonly Issue[] {
  return issuesOf({ name: "debian", ...fields });
}

/** The issues of what a user wrote. */
export function issuesOf(input: unknown): readonly Issue[] {
  try {
    parseSpec(input);
    return [];
  } catch (error) {
    if (ImagewrightError.is(error) && error.code === "ERR_SPEC_INVALID") return error.issues;
    throw error;
  }
}

/** The paths of the issues, as text. */
export function pathsOf(fields: object): readonly string[] {
  return issuesOfSpec(fields).map(({ path }) => path.join("."));
}

/** The properties of a spec, as they are parsed. */
export function parsedProperties(properties: Readonly<Record<string, string>>): unknown {
  return parseSpec({ name: "debian", properties }).properties;
}
