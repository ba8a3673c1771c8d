import { createHash, getHashes, type Hash } from "node:crypto";
import { availableParallelism } from "node:os";
import { digestName, type FileSource } from "../model/index.ts";
import { digestOnThreads } from "./digest-threads/digest-threads.ts";
import { openFile } from "./file.ts";

/** Digests in hexadecimal, by algorithm. */
export type Digests = Readonly<Record<string, string>>;

/** Several digests of the same bytes. */
export interface Digester {
  /** Takes bytes in; a promise where it can't take more before that. The chunk's memory is the caller's again then. */
  update(chunk: Uint8Array): Promise<void> | undefined;
  /** Ends it. */
  digests(): Promise<Digests>;
  /** Ends it early. Harmless at the end. */
  close(): Promise<void>;
}

/** Less than this is digested before a thread has started, in bytes. */
const THREAD_BYTES = 64 * 1024 * 1024;

/** How bytes are digested on their way. */
export interface DigestOptions {
  /**
   * How many processors the pass keeps busy without its digests: where no other is free, one digest has no thread.
   * Default: 1.
   */
  readonly busyProcessors?: number | undefined;
}

/** What is known of a pass whose bytes are digested. */
export interface DigestedPass extends DigestOptions {
  /** How many bytes there will be, where that is known. */
  readonly sizeBytes?: number | undefined;
}

/** Computes digests by these algorithms of `node:crypto`: on threads of their own where that pays. */
export function digester(algorithms: Iterable<string>, pass: DigestedPass = {}): Digester {
  const wanted = [...new Set(algorithms)];
  return threadsPay(wanted.length, pass, availableParallelism())
    ? digestOnThreads(wanted)
    : digestHere(wanted);
}

/**
 * Whether so many digests are made on threads: of much data, where a processor is free for them. Several of them leave
 * the thread of the pass no time for anything else, so they have threads where there is a second processor at all.
 */
export function threadsPay(
  digests: number,
  { sizeBytes = Number.POSITIVE_INFINITY, busyProcessors = 1 }: DigestedPass,
  processors: number,
): boolean {
  if (digests === 0 || sizeBytes < THREAD_BYTES) return false;
  return processors > (digests === 1 ? busyProcessors : 1);
}

function digestHere(algorithms: readonly string[]): Digester {
  const hashes = algorithms.map((algorithm): [string, Hash] => [algorithm, createHash(algorithm)]);
  return {
    update(chunk) {
      for (const [, hash] of hashes) hash.update(chunk);
      return undefined;
    },
    digests: async () =>
      Object.fromEntries(hashes.map(([algorithm, hash]) => [algorithm, hash.digest("hex")])),
    close: async () => {},
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
