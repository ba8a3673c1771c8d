import { type OpenSource, TransferError } from "../model/index.ts";
import type { OpenedSource } from "./opened.ts";

/** Opens a program's own data. Nothing is asked of it before its first byte is wanted. */
export function openProgram({ open, size }: OpenSource): OpenedSource {
  return { sizeBytes: size, chunks: bytesOnly(open), close: async () => undefined };
}

async function* bytesOnly(open: OpenSource["open"]): AsyncGenerator<Uint8Array> {
  for await (const chunk of open(0)) {
    if (!(chunk instanceof Uint8Array)) {
      throw new TransferError("source.open must yield Uint8Arrays", {
        code: "ERR_TRANSFER_INCOMPLETE",
        actual: typeof chunk,
      });
    }
    // A program may fill one buffer again and again, but the last chunk of a transfer is held back.
    yield new Uint8Array(chunk);
  }
}
