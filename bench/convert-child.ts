/** Converts one qcow2 as a user of the package does, by the order that is its last argument, and prints a report. */
import { open } from "node:fs/promises";
import { convertToRaw } from "imagewright/transfer";

export interface ConvertOrder {
  readonly file: string;
  /** Where the disk is written to; without it the bytes go nowhere. */
  readonly target?: string;
}

export interface ConvertReport {
  readonly seconds: number;
  readonly writtenBytes: number;
}

const { file, target }: ConvertOrder = JSON.parse(process.argv.at(-1) ?? "{}");
const output = target === undefined ? undefined : await open(target, "wx");
const zeros = new Uint8Array(2 ** 20);

const startMs = performance.now();
const { chunks, release, sizeBytes = 0 } = await convertToRaw({ file });
let writtenBytes = 0;
for await (const chunk of chunks) {
  // As qemu-img does: a hole for what is zeros.
  if (output !== undefined && Buffer.compare(chunk, zeros.subarray(0, chunk.length)) !== 0)
    await output.write(chunk, 0, chunk.length, writtenBytes);
  writtenBytes += chunk.length;
  release?.(chunk);
}
await output?.truncate(sizeBytes);
await output?.close();
const report: ConvertReport = { seconds: (performance.now() - startMs) / 1000, writtenBytes };
console.log(JSON.stringify(report));
