import { createHash } from "node:crypto";
import { join } from "node:path";

/** Where everything of a cached URL is. */
export interface EntryPaths {
  /** The bytes, whole. Terraform's OpenStack provider looks for them at the same place. */
  readonly data: string;
  /** What is known of the bytes. */
  readonly facts: string;
  /** Bytes on their way. */
  readonly partial: string;
  /** How far they are, and whose they are. */
  readonly partialFacts: string;
  readonly lock: string;
}

const DATA = ".img";

/** The files of a URL in a cache: named by the md5 of the URL as it was written, as Terraform's provider names them. */
export function entryPaths(directory: string, url: string): EntryPaths {
  return pathsOf(directory, createHash("md5").update(url).digest("hex"));
}

/** The entry that a file in a cache is the data of; `undefined` for any other file. */
export function entryOfData(directory: string, name: string): EntryPaths | undefined {
  return /^[0-9a-f]{32}\.img$/.test(name) ? pathsOf(directory, name.slice(0, -DATA.length)) : undefined;
}

/** The entry that a file in a cache was left by, when its download or the writing of its facts was cut. */
export function entryOfRemains(directory: string, name: string): EntryPaths | undefined {
  const [, entry] = /^([0-9a-f]{32})\.(?:part|part\.json|(?:part\.)?json\.[0-9a-f]{8})$/.exec(name) ?? [];
  return entry === undefined ? undefined : pathsOf(directory, entry);
}

function pathsOf(directory: string, name: string): EntryPaths {
  const path = join(directory, name);
  return {
    data: `${path}${DATA}`,
    facts: `${path}.json`,
    partial: `${path}.part`,
    partialFacts: `${path}.part.json`,
    lock: `${path}.lock`,
  };
}
