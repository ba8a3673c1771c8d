import { z } from "zod";
import { type Image, ResponseError } from "../../model/index.ts";

const text = z.string().optional();
const number = z.number().optional();
const flag = z.boolean().optional();
const map = z.record(z.string(), z.string());
const set = z.array(z.string());

/** An image record as JSON. What an older or a newer version doesn't know is kept. */
const ImageRecord: z.ZodType<Image> = z.looseObject({
  id: z.string(),
  name: z.string().default(""),
  status: z.string(),
  containerFormat: text,
  diskFormat: text,
  minDiskGb: number,
  minRamMb: number,
  visibility: text,
  protected: flag,
  hidden: flag,
  properties: map.default({}),
  tags: set.default([]),
  members: set.optional(),
  description: text,
  region: text,
  checksum: text,
  hashAlgorithm: text,
  hashValue: text,
  sizeBytes: number,
  virtualSizeBytes: number,
  owner: text,
  createdAt: text,
  updatedAt: text,
});

/** Writes a record, for people to read. */
export function encodeRecord(image: Image): string {
  return `${JSON.stringify(image, null, 2)}\n`;
}

/**
 * Reads a record; `null` counts as absent.
 *
 * @throws ResponseError naming the file, when it is not a record.
 */
export function decodeRecord(json: string, path: string): Image {
  const result = ImageRecord.safeParse(parse(json, path));
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path: keys, message }) => ({
    path: keys.map((key) => (typeof key === "symbol" ? String(key) : key)),
    message,
  }));
  const facts = issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`).join("; ");
  throw new ResponseError(`${path} is not an image record: ${facts}`, { issues });
}

function parse(json: string, path: string): unknown {
  try {
    return JSON.parse(json, (_key, value: unknown) => (value === null ? undefined : value));
  } catch (cause) {
    throw new ResponseError(`${path} is not an image record: it is not JSON`, { cause });
  }
}
