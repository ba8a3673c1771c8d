import { resolve } from "node:path";
import type { FileSource } from "../model/index.ts";
import { type Digests, digestFile } from "./digest.ts";
import { type FileFacts, fileFacts } from "./file.ts";

/** Digests of local files, computed once for each path, size and time of modification. */
export interface DigestMemory {
  /**
   * The digest of a file, in hexadecimal.
   *
   * @throws SpecError `ERR_SPEC_INVALID` when the file can't be read.
   */
  digest(source: FileSource, algorithm: string, signal?: AbortSignal): Promise<string>;
}

/** How many files are remembered; those that were not asked for the longest go first. */
const MAX_FILES = 1_000;

/** A memory that lasts as long as this process holds it. */
export function digestMemory(): DigestMemory {
  const files = new Map<string, Digests>();
  const keyOf = ({ file }: FileSource, { sizeBytes, mtimeMs }: FileFacts) =>
    JSON.stringify([resolve(file), sizeBytes, mtimeMs]);
  const keep = (key: string, digests: Digests): void => {
    const known = files.get(key);
    files.delete(key);
    files.set(key, { ...known, ...digests });
    const [oldest] = files.keys();
    if (files.size > MAX_FILES && oldest !== undefined) files.delete(oldest);
  };
  return {
    async digest(source, algorithm, signal) {
      const key = keyOf(source, await fileFacts(source));
      const digest = files.get(key)?.[algorithm] ?? (await digestFile(source, algorithm, signal));
      keep(key, { [algorithm]: digest });
      return digest;
    },
  };
}
