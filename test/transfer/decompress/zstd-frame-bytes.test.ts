import { constants, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { zstdFrameBytes } from "../../../src/transfer/decompress/zstd-frame.ts";

const content = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.nat({ max: 300_000 }).map((count) => new Uint8Array(count)),
);
const frame = fc.tuple(content, fc.nat({ max: 1 }), fc.nat({ max: 1 })).map(([bytes, checksum, size]) =>
  zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_checksumFlag]: checksum, [constants.ZSTD_c_contentSizeFlag]: size },
  }),
);

it("a frame ends where it ends, whatever follows", () => {
  fc.assert(
    fc.property(frame, fc.uint8Array({ maxLength: 50 }), (frame, others) => {
      expect(zstdFrameBytes(Buffer.concat([frame, others]))).toBe(frame.length);
    }),
  );
});

it("a frame that is cut short has no end", () => {
  fc.assert(
    fc.property(frame, fc.nat(), (frame, cut) => {
      expect(zstdFrameBytes(frame.subarray(0, cut % frame.length))).toBeUndefined();
    }),
  );
});

it("what is no frame has no end", () => {
  expect(zstdFrameBytes(Buffer.alloc(100))).toBeUndefined();
});
