/** Whatever the bytes are: a verdict, in bounded time, memory and reads, and the same however they come. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INSPECTED_FORMATS, type Inspection } from "../../../src/transfer/inspect/inspection.ts";
import { inspector } from "../../../src/transfer/inspect/inspector.ts";
import { readRegions } from "../../../src/transfer/inspect/read-regions.ts";
import { MIB, vmdk, vmdkFooter } from "./images.ts";
import { mutated } from "./mutated.ts";

const anything = fc.oneof(
  mutated,
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
);

const RUNS = { numRuns: 500 };

describe("for any bytes", () => {
  it("there is a verdict that is consistent in itself", async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (image) => {
        const { format, formats, safe, problems, virtualSizeBytes, sizeBytes } = await inspectAt(image);
        expect(INSPECTED_FORMATS).toContain(format);
        expect(formats[0]).toBe(format);
        expect(safe).toBe(!problems.some(({ fatal }) => fatal));
        expect(virtualSizeBytes === undefined || Number.isSafeInteger(virtualSizeBytes)).toBe(true);
        expect(sizeBytes).toBe(image.length);
        for (const { message } of problems) expect(message.length).toBeLessThan(2000);
      }),
      RUNS,
    );
  });

  it("it is the same for a stream, in whatever chunks it comes", async () => {
    await fc.assert(
      fc.asyncProperty(anything, fc.integer({ min: 1, max: 100_000 }), async (image, chunkBytes) => {
        // Very small chunks of a large image only take time.
        const size = image.length > 5000 ? chunkBytes + 999 : chunkBytes;
        expect(inspectStream(image, size)).toEqual(await inspectAt(image));
      }),
      RUNS,
    );
  });

  it("reads are few, inside the data, and small", async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (image) => {
        let reads = 0;
        let readBytes = 0;
        await readRegions(async (offset, length) => {
          reads++;
          readBytes += length;
          expect(offset >= 0 && length > 0 && offset + length <= image.length).toBe(true);
          return image.subarray(offset, offset + length);
        }, image.length);
        expect(reads).toBeLessThan(20);
        expect(readBytes).toBeLessThan(2 * MIB);
      }),
      RUNS,
    );
  });
});

it("an image that a program writes over its buffers is inspected as it passed", () => {
  const image = vmdk({ footer: vmdkFooter() });
  const inspection = inspector();
  const buffer = Buffer.alloc(1000);
  for (let start = 0; start < image.length; start += buffer.length) {
    const length = image.copy(buffer, 0, start);
    inspection.update(buffer.subarray(0, length));
    buffer.fill(0xaa);
  }
  inspection.end();
  expect(inspection.findings().inspection).toMatchObject({ format: "vmdk", safe: true });
});

async function inspectAt(image: Buffer): Promise<Inspection> {
  const readAt = async (offset: number, length: number) => image.subarray(offset, offset + length);
  return (await readRegions(readAt, image.length)).inspection;
}

function inspectStream(image: Buffer, chunkBytes: number): Inspection {
  const inspection = inspector();
  for (let start = 0; start < image.length; start += chunkBytes) {
    inspection.update(image.subarray(start, start + chunkBytes));
  }
  inspection.end();
  return inspection.findings().inspection;
}
