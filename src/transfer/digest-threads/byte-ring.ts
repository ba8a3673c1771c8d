/** Memory that several threads see: one writes bytes, and each of the others reads all of them. */
export interface RingMemory {
  readonly bytes: SharedArrayBuffer;
  /** {@link SIGNAL}, {@link WRITTEN}, {@link ENDED}, {@link WAITING}, and how much each reader has read. */
  readonly counts: SharedArrayBuffer;
}

/** Changes whenever there is news for the readers: what they sleep on. */
const SIGNAL = 0;
/** How many bytes were written. Like all counts of bytes, modulo 2³²: only differences tell. */
const WRITTEN = 1;
/** Whether no more will be. */
const ENDED = 2;
/** Whether the writer waits for room. */
const WAITING = 3;
const FIRST_READER = 4;

/** A sleeping reader is woken for so many bytes, not for fewer: to wake is not free. */
const WAKE_BYTES = 128 * 1024;

/** Memory for so many bytes, a power of two, and so many readers. */
export function ringMemory(sizeBytes: number, readers: number): RingMemory {
  return {
    bytes: new SharedArrayBuffer(sizeBytes),
    counts: new SharedArrayBuffer(4 * (FIRST_READER + readers)),
  };
}

/** The side of a ring that writes. */
export interface RingWriter {
  /** Writes as much of a chunk as there is room for, and tells how much. */
  write(chunk: Uint8Array): number;
  /** No more comes. */
  end(): void;
  /** Whether there is no room. If so, the readers are asked to say when there is. */
  isFull(): boolean;
  /** A reader is waited for no longer. */
  leaveOut(reader: number): void;
  /** All that was written, as long as a reader has read nothing of it; `undefined` when that is over. */
  unread(reader: number): Uint8Array | undefined;
}

export function ringWriter(memory: RingMemory): RingWriter {
  const bytes = new Uint8Array(memory.bytes);
  const counts = new Int32Array(memory.counts);
  const readers = new Set(counts.subarray(FIRST_READER).keys());
  let writtenBytes = 0;
  let toldBytes = 0;

  const wake = (): void => {
    toldBytes = writtenBytes;
    Atomics.add(counts, SIGNAL, 1);
    Atomics.notify(counts, SIGNAL);
  };
  const room = (): number => {
    let most = 0;
    for (const reader of readers)
      most = Math.max(most, distance(Atomics.load(counts, FIRST_READER + reader), writtenBytes));
    return bytes.length - most;
  };
  return {
    write(chunk) {
      const count = Math.min(chunk.length, room());
      const start = writtenBytes % bytes.length;
      const before = Math.min(count, bytes.length - start);
      bytes.set(chunk.subarray(0, before), start);
      bytes.set(chunk.subarray(before, count));
      writtenBytes += count;
      Atomics.store(counts, WRITTEN, writtenBytes | 0);
      if (writtenBytes - toldBytes >= WAKE_BYTES || count < chunk.length) wake();
      return count;
    },
    end() {
      Atomics.store(counts, ENDED, 1);
      wake();
    },
    isFull() {
      Atomics.store(counts, WAITING, 1);
      if (room() === 0) return true;
      Atomics.store(counts, WAITING, 0);
      return false;
    },
    leaveOut: (reader) => void readers.delete(reader),
    unread(reader) {
      const isAll = writtenBytes <= bytes.length && Atomics.load(counts, FIRST_READER + reader) === 0;
      return isAll ? bytes.subarray(0, writtenBytes) : undefined;
    },
  };
}

/** How a ring is read. */
export interface RingReading {
  /** Which of the readers this is. */
  readonly reader: number;
  /** Told of bytes that are only there until it returns. */
  readonly onBytes: (bytes: Uint8Array) => void;
  /** Told when a writer that waits has room again. */
  readonly onRoom: () => void;
}

/** Reads a ring to its end. The thread sleeps while there is nothing to read. */
export function readRing(memory: RingMemory, { reader, onBytes, onRoom }: RingReading): void {
  const bytes = new Uint8Array(memory.bytes);
  const counts = new Int32Array(memory.counts);
  /** So that what was read is room again before all is. */
  const stepBytes = bytes.length / 16;
  let read = 0;
  for (;;) {
    const signal = Atomics.load(counts, SIGNAL);
    const isEnded = Atomics.load(counts, ENDED) === 1;
    let left = distance(read, Atomics.load(counts, WRITTEN));
    if (left === 0 && isEnded) return;
    if (left === 0) Atomics.wait(counts, SIGNAL, signal);
    while (left > 0) {
      const start = (read >>> 0) % bytes.length;
      const count = Math.min(left, bytes.length - start, stepBytes);
      onBytes(bytes.subarray(start, start + count));
      read = (read + count) | 0;
      left -= count;
      Atomics.store(counts, FIRST_READER + reader, read);
      // With half of the room at once, the writer isn't woken for each piece.
      if (left <= bytes.length / 2 && Atomics.compareExchange(counts, WAITING, 1, 0) === 1) onRoom();
    }
  }
}

function distance(from: number, to: number): number {
  return (to - from) >>> 0;
}
