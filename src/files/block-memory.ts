/**
 * Declared here: the types of Node.js leave it to those of browsers. It is missing where nothing may be compiled
 * (`--jitless`).
 */
declare const WebAssembly:
  | { readonly Memory: new (descriptor: { readonly initial: number }) => { readonly buffer: ArrayBuffer } }
  | undefined;

/** A page of its memory begins at a page of the operating system, which nothing else of JavaScript promises. */
const PAGE_BYTES = 64 * 1024;

/** Memory for blocks. */
export interface BlockMemory {
  readonly blocks: readonly Uint8Array[];
  /** Whether each block begins where a disk can read it. */
  readonly isAligned: boolean;
}

/** Memory for so many blocks of so many bytes, a multiple of 64 KiB. */
export function blockMemory(count: number, blockBytes: number): BlockMemory {
  const aligned = alignedMemory(count * blockBytes);
  const memory = aligned ?? new ArrayBuffer(count * blockBytes);
  const blocks = Array.from({ length: count }, (_, i) => new Uint8Array(memory, i * blockBytes, blockBytes));
  return { blocks, isAligned: aligned !== undefined };
}

function alignedMemory(sizeBytes: number): ArrayBuffer | undefined {
  try {
    return typeof WebAssembly === "undefined"
      ? undefined
      : new WebAssembly.Memory({ initial: sizeBytes / PAGE_BYTES }).buffer;
  } catch (error) {
    // The addresses that a process may have are fewer than such memory takes (`ulimit -v`).
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
