import fc from "fast-check";
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
export const mutated: fc.Arbitrary<Buffer> = fc
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
