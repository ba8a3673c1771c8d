import { createHash, getHashes, type Hash } from "node:crypto";
import { digestName, type FileSource } from "../model/index.ts";
import { openFile } from "./file.ts";

/** Digests in hexadecimal, by algorithm. */
export type Digests = Readonly<Record<string, string>>;

/** Several digests of the same bytes. */
export interface Digester {
  update(chunk: Uint8Array): void;
  /** Ends it. */
  digests(): Digests;
}

/** Computes digests by these algorithms of `node:crypto`. */
export function digester(algorithms: Iterable<string>): Digester {
  const hashes = [...new Set(algorithms)].map((algorithm): [string, Hash] => [
    algorithm,
    createHash(algorithm),
  ]);
  return {
    update(chunk) {
      for (const [, hash] of hashes) hash.update(chunk);
    },
    digests: () => Object.fromEntries(hashes.map(([algorithm, hash]) => [algorithm, hash.digest("hex")])),
  };
}

/** Whether this Node can compute an algorithm, by any of its names. A `shake` digest is of any length: nobody says which. */
export function isComputable(algorithm: string): boolean {
  const wanted = digestName(algorithm);
  return !wanted.startsWith("shake") && getHashes().some((name) => name.toLowerCase() === wanted);
}

/**
 * The digest of a local file, in hexadecimal.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when the file can't be read.
 */
export async function digestFile(
  source: FileSource,
  algorithm: string,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  const { chunks } = await openFile(source);
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}
