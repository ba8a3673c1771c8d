/** Bytes that are looked at before they are handed on. */
export interface ByteReader {
  /** The next bytes, left where they are: fewer than asked for only at the end. */
  peek(count: number): Promise<Uint8Array>;
  /** The next bytes, whatever number of them is at hand; `undefined` at the end. */
  take(): Promise<Uint8Array | undefined>;
  /** The next bytes: fewer than asked for only at the end. */
  read(count: number): Promise<Uint8Array>;
  /** Puts bytes back in front. */
  putBack(bytes: Uint8Array): void;
  /** All that is left. When it is left early, so is the source. */
  rest(): AsyncGenerator<Uint8Array>;
  /** Leaves the source. */
  close(): Promise<void>;
}

/** Reads from chunks. Empty ones are passed over. */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let front: Uint8Array | undefined;
  let waiting = false;

  async function take(): Promise<Uint8Array | undefined> {
    if (front !== undefined) {
      const taken = front;
      front = undefined;
      return taken;
    }
    for (;;) {
      waiting = true;
      const { done, value } = await iterator.next();
      waiting = false;
      if (done === true) return undefined;
      if (value.length > 0) return value;
    }
  }

  function putBack(bytes: Uint8Array): void {
    if (bytes.length > 0) front = front === undefined ? bytes : Buffer.concat([bytes, front]);
  }

  async function peek(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < count) {
      const part = await take();
      if (part === undefined) break;
      parts.push(part);
      have += part.length;
    }
    const [only, ...more] = parts;
    if (only === undefined) return new Uint8Array();
    front = more.length === 0 ? only : Buffer.concat(parts);
    return front.subarray(0, count);
  }

  async function close(): Promise<void> {
    const returned = Promise.resolve(iterator.return?.()).catch(() => undefined);
    // A generator answers to `return` only after its current wait, which may be long.
    if (!waiting) await returned;
  }

  return {
    peek,
    take,
    putBack,
    close,
    async read(count) {
      const bytes = await peek(count);
      const all = front;
      front = undefined;
      if (all !== undefined) putBack(all.subarray(bytes.length));
      return bytes;
    },
    async *rest() {
      try {
        for (;;) {
          const chunk = await take();
          if (chunk === undefined) return;
          yield chunk;
        }
      } finally {
        await close();
      }
    },
  };
}
