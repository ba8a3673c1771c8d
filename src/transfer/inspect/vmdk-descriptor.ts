import { untilNul } from "./fields.ts";

/** The text part of a VMDK: what kind it is, and which files its data is in. */
export interface VmdkDescriptor {
  /** Its `createType`, where it has one. */
  readonly subformat: string | undefined;
  /** What speaks against it. */
  readonly problem: string | undefined;
}

/** Those whose data is in the file itself. The names of files in a descriptor would be files of the host. */
const ONE_FILE: readonly string[] = ["monolithicsparse", "streamoptimized"];

const CREATE_TYPE = /createtype="([^"]{0,63})"/gi;
const EXTENT = /^(?:rw|rdonly|noaccess) /;
const ASSIGNMENT = /^[^ =]*=/;

/** Reads a descriptor, which ends with the first NUL. Every line has to be one that is known. */
export function vmdkDescriptor(bytes: string): VmdkDescriptor {
  const text = untilNul(bytes);
  const types = [...text.matchAll(CREATE_TYPE)].map(([, type = ""]) => type);
  return { subformat: types[0], problem: problemOf(text, types) };
}

function problemOf(text: string, types: readonly string[]): string | undefined {
  if (text === "") return "it has no descriptor";
  if (/[^\0-\x7f]/.test(text)) return "its descriptor is not ASCII text";
  if (types.length === 0) return "its descriptor has no createType";
  const other = types.find((type) => !ONE_FILE.includes(type.toLowerCase()));
  if (other !== undefined)
    return `it is of the subformat ${JSON.stringify(other)}; clouds take monolithicSparse and streamOptimized, whose data is in one file`;
  const lines = text
    .toLowerCase()
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("ddb"));
  const extents = lines.filter((line) => !ASSIGNMENT.test(line));
  if (extents.some((line) => !EXTENT.test(line)))
    return "its descriptor has a line that is none of a descriptor";
  if (extents.length === 0) return "its descriptor has no extent";
  if (extents.some((line) => line.includes("/"))) return "its descriptor has the path of another file";
  return undefined;
}
