/** Whatever the bytes are: a verdict, in bounded time, memory and reads, and the same however they come. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INSPECTED_FORMATS, type Inspection } from "../../../src/transfer/inspect/inspection.ts";
import { inspector } from "../../../src/transfer/inspect/inspector.ts";
import { readRegions } from "../../../src/transfer/inspect/read-regions.ts";
import { fixedVhd, gpt, IMAGES, iso, MIB, vmdk, vmdkFooter } from "./images.ts";

const SEEDS: readonly Buffer[] = [
  ...Object.values(IMAGES),
  vmdk({ footer: vmdkFooter() }),
  fixedVhd(gpt()),
  iso("CD001", gpt()),
];

/** Where the fields are: most bytes of an image mean nothing. */
const offset = fc.oneof(
  fc.nat({ max: 700 }),
  fc.integer({ min: 192 * 1024, max: 192 * 1024 + 100 }),
  fc.integer({ min: 32 * 1024, max: 32 * 1024 + 200 }),
  fc.integer({ min: MIB, max: MIB + 100 }),
  fc.integer({ min: MIB + 65_536, max: MIB + 65_560 }),
  fc.integer({ min: -1600, max: -1 }),
);
const value = fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), fc.nat({ max: 255 }));
const changes = fc.array(fc.record({ offset, value, length: fc.integer({ min: 1, max: 9 }) }), {
  maxLength: 6,
});

/** An image with some bytes changed, and perhaps cut off. */
const mutated = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    changes,
    fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
  )
  .map(([seed, list, cut]) => {
    const image = Buffer.from(seed);
    for (const { offset, value, length } of list) {
      const start = offset < 0 ? Math.max(0, image.length + offset) : offset;
      image.fill(value, Math.min(start, image.length), Math.min(start + length, image.length));
    }
    return cut === null ? image : image.subarray(0, Math.floor(cut * image.length));
  });

const anything = fc.oneof(
  mutated,
  fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
);

const RUNS = { numRuns: 30_000 };

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
