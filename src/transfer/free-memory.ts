/** Frees the memory of a chunk at once, if all of it is the chunk's. Left to the collector, 100 MB of it would pile up. */
export function freeMemory({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}

/**
 * Frees memory at once when all parts of it were given, in whatever order. Each may be given once.
 *
 * @returns Takes a part.
 */
export function freeByParts(): (part: Uint8Array) => void {
  const givenBytes = new WeakMap<ArrayBufferLike, number>();
  return ({ buffer, byteLength }) => {
    const given = (givenBytes.get(buffer) ?? 0) + byteLength;
    givenBytes.set(buffer, given);
    if (given === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
  };
}
