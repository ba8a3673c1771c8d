import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { writeAt } from "./at-offset.ts";
import { blockMemory } from "./block-memory.ts";
import { hasCode } from "./disk.ts";

/** How much is written at once. Blocks begin at multiples of it in the file; it is a multiple of any disk's own blocks. */
const BLOCK_BYTES = 1024 * 1024;

/** How many blocks may be filled or on their way to the disk. */
const BLOCKS = 4;

/** How a file is written. */
export interface BlockWriting {
  /** From which byte on. */
  readonly startByte: number;
  /** Whether the bytes are read soon: the operating system keeps them in memory then. */
  readonly isReadSoon: boolean;
}

/** Writes to a file from one byte on, in large blocks. */
export interface BlockWriter {
  /** Where the file ends when all is written. */
  readonly endByte: number;
  /**
   * Takes bytes; a promise where it can't take more before that. The chunk's memory is the caller's again then. Throws
   * what the disk has said of earlier ones.
   */
  append(chunk: Uint8Array): Promise<void> | undefined;
  /** Begins to write what isn't a whole block yet. */
  flush(): void;
  /** Resolves when all that was begun to be written is. Throws what the disk says. */
  written(): Promise<void>;
  /** Waits until nothing is written any more. Never throws. */
  close(): Promise<void>;
}

/** A part of the file that isn't written yet: up to the next multiple of {@link BLOCK_BYTES}. */
interface Block {
  readonly memory: Uint8Array;
  readonly startByte: number;
  readonly roomBytes: number;
  filledBytes: number;
}

/**
 * Opens a writer of an open file. What isn't read soon goes past the operating system's memory, where the platform and
 * the file system can (`O_DIRECT`, open(2)): whole blocks do.
 */
export async function openBlockWriter(
  file: FileHandle,
  { startByte, isReadSoon }: BlockWriting,
): Promise<BlockWriter> {
  const { blocks, isAligned } = blockMemory(BLOCKS, BLOCK_BYTES);
  const direct = isAligned && !isReadSoon ? await openDirect(file) : undefined;
  const free = [...blocks];
  const writing = new Set<Promise<void>>();
  let isDirect = direct !== undefined;
  let block: Block | undefined;
  let endByte = startByte;
  let failed: { readonly error: unknown } | undefined;

  async function writeBlock(bytes: Uint8Array, offset: number): Promise<void> {
    if (direct !== undefined && isDirect && bytes.length === BLOCK_BYTES) {
      try {
        return await writeAt(direct, bytes, offset);
      } catch (error) {
        // A file system may say so only here.
        if (!hasCode(error, "EINVAL")) throw error;
        isDirect = false;
      }
    }
    await writeAt(file, bytes, offset);
  }
  async function write({ memory, startByte: offset, filledBytes }: Block): Promise<void> {
    try {
      await writeBlock(memory.subarray(0, filledBytes), offset);
    } catch (error) {
      failed ??= { error };
    }
    free.push(memory);
  }
  function flush(): void {
    if (block === undefined) return;
    const done: Promise<void> = write(block).finally(() => writing.delete(done));
    writing.add(done);
    block = undefined;
  }
  /** Takes as much as there is memory for, and tells what is left. */
  function take(chunk: Uint8Array): Uint8Array {
    let rest = chunk;
    while (rest.length > 0) {
      if (block === undefined) {
        const memory = free.pop();
        if (memory === undefined) return rest;
        block = {
          memory,
          startByte: endByte,
          roomBytes: BLOCK_BYTES - (endByte % BLOCK_BYTES),
          filledBytes: 0,
        };
      }
      const part = rest.subarray(0, block.roomBytes - block.filledBytes);
      block.memory.set(part, block.filledBytes);
      block.filledBytes += part.length;
      endByte += part.length;
      rest = rest.subarray(part.length);
      if (block.filledBytes === block.roomBytes) flush();
    }
    return rest;
  }
  function throwIfFailed(): void {
    if (failed !== undefined) throw failed.error;
  }
  async function takeRest(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.length > 0; rest = take(rest)) {
      await Promise.race(writing);
      throwIfFailed();
    }
  }

  return {
    get endByte() {
      return endByte;
    },
    append(chunk) {
      throwIfFailed();
      const rest = take(chunk);
      return rest.length === 0 ? undefined : takeRest(rest);
    },
    flush,
    async written() {
      await Promise.all(writing);
      throwIfFailed();
    },
    async close() {
      await Promise.all(writing);
      await direct?.close().catch(() => undefined);
    },
  };
}

/** The file once more, past the operating system's memory; `undefined` where that isn't possible. */
async function openDirect({ fd }: FileHandle): Promise<FileHandle | undefined> {
  // Linux has it, and there by this path the file that is open, wherever it is by now.
  const flag: number | undefined = constants.O_DIRECT;
  if (flag === undefined) return undefined;
  return open(`/proc/self/fd/${fd}`, constants.O_WRONLY | flag).catch(() => undefined);
}
