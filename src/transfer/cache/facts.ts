import { randomBytes } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import { z } from "zod";
import { ifMissing, writeDurably } from "../../files/disk.ts";
import type { Validators } from "../validators.ts";

const text = z.string().optional();
const count = z.number().int().min(0);

const validators = { etag: text, lastModified: text };

/** What is known of a whole file in the cache. */
export interface EntryFacts extends Validators {
  /** For people: without user information, and with the values of its query hidden. */
  readonly url: string;
  readonly sizeBytes: number;
  /** When the file was last written to: another writer's file is not the one that these facts are of. */
  readonly mtimeMs: number;
  /** Digests of the bytes, in hexadecimal, by algorithm. */
  readonly digests: Readonly<Record<string, string>>;
}

const EntryFactsSchema: z.ZodType<EntryFacts> = z.object({
  url: z.string(),
  ...validators,
  sizeBytes: count,
  mtimeMs: z.number(),
  digests: z.record(z.string(), z.string()),
});

/** What is known of a file that isn't whole yet. */
export interface PartialFacts extends Validators {
  readonly url: string;
  /** How many bytes there will be, where the server said so. */
  readonly totalBytes?: number | undefined;
  /** How many of them would survive a loss of power. */
  readonly syncedBytes: number;
  /** Which file these facts are of: another writer may have begun a new one at the same place. */
  readonly inode: number;
}

const PartialFactsSchema: z.ZodType<PartialFacts> = z.object({
  url: z.string(),
  ...validators,
  totalBytes: count.optional(),
  syncedBytes: count,
  inode: z.number(),
});

/** The facts of a whole file; `undefined` where there are none, or nobody could have written them. */
export const readEntryFacts = (path: string): Promise<EntryFacts | undefined> => read(path, EntryFactsSchema);

/** The facts of a file that isn't whole; `undefined` where there are none, or nobody could have written them. */
export const readPartialFacts = (path: string): Promise<PartialFacts | undefined> =>
  read(path, PartialFactsSchema);

/** Writes facts in one step. */
export async function writeFacts(path: string, facts: EntryFacts | PartialFacts): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  try {
    await writeDurably(draft, `${JSON.stringify(facts, null, 2)}\n`);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function read<Facts>(path: string, schema: z.ZodType<Facts>): Promise<Facts | undefined> {
  const json = await readFile(path, "utf8").catch(ifMissing);
  return json === undefined ? undefined : schema.safeParse(parse(json)).data;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
