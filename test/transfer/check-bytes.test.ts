import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkBytes, type Expectation } from "../../src/transfer/index.ts";
import { chunksOf, collect, digestOf } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const chunking = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 10 });

it("however bytes are chunked, they pass as they are, with the same digests", async () => {
  await fc.assert(
    fc.asyncProperty(chunking, async (chunks) => {
      const bytes = Buffer.concat(chunks);
      fc.pre(bytes.length > 0);
      const algorithms = ["md5", "sha256", "sha512"];
      const checked = checkBytes(chunksOf(...chunks), { sizeBytes: bytes.length }, algorithms);
      expect(checked.passed()).toBeUndefined();
      expect((await collect(checked.chunks)).equals(bytes)).toBe(true);
      expect(checked.passed()).toEqual({
        sizeBytes: bytes.length,
        digests: Object.fromEntries(algorithms.map((algorithm) => [algorithm, digestOf(algorithm, bytes)])),
      });
    }),
  );
});

it("however bytes are chunked, what isn't as expected never passes whole", async () => {
  const wrong: fc.Arbitrary<(length: number) => Expectation> = fc.constantFrom<
    ((length: number) => Expectation)[]
  >(
    (length) => ({ sizeBytes: length + 1 }),
    (length) => ({ sizeBytes: length - 1 }),
    () => ({ checksum: { algorithm: "md5", hex: "0".repeat(32) } }),
  );
  await fc.assert(
    fc.asyncProperty(chunking, wrong, async (chunks, expectationFor) => {
      const bytes = Buffer.concat(chunks);
      fc.pre(bytes.length > 0);
      const checked = checkBytes(chunksOf(...chunks), expectationFor(bytes.length), []);
      const taken: Uint8Array[] = [];
      const take = async () => {
        for await (const chunk of checked.chunks) taken.push(chunk);
      };
      expect(await rejectionOf(take())).toMatchObject({ name: "TransferError", retryable: false });
      expect(Buffer.concat(taken).length).toBeLessThan(bytes.length);
      expect(checked.passed()).toBeUndefined();
    }),
  );
});

describe("bytes", () => {
  it("that are none are ERR_TRANSFER_INCOMPLETE", async () => {
    const { chunks } = checkBytes(chunksOf(), {}, []);
    expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE", actual: 0 });
  });

  it("that are too many are found before all are read", async () => {
    let read = 0;
    const endless = (async function* () {
      for (;;) {
        read++;
        yield Buffer.alloc(10);
      }
    })();
    const { chunks } = checkBytes(endless, { sizeBytes: 25 }, []);
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      code: "ERR_SIZE_MISMATCH",
      expected: 25,
      actual: 30,
    });
    expect(read).toBe(3);
  });

  it("of another digest say which is which", async () => {
    const checksum = { algorithm: "sha256", hex: "0".repeat(64) };
    const { chunks } = checkBytes(chunksOf(Buffer.from("hello")), { checksum }, []);
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: `sha256:${"0".repeat(64)}`,
      actual: `sha256:${digestOf("sha256", Buffer.from("hello"))}`,
      offset: 5,
    });
  });

  it("are counted as passed only when the last of them is handed on", async () => {
    const checked = checkBytes(chunksOf(Buffer.from("he"), Buffer.from("llo")), {}, ["md5"]);
    const iterator = checked.chunks[Symbol.asyncIterator]();
    await iterator.next();
    expect(checked.passed()).toBeUndefined();
    await iterator.next();
    expect(checked.passed()?.sizeBytes).toBe(5);
  });

  it("that are left behind let go of their source", async () => {
    let released = false;
    const source = (async function* () {
      try {
        yield* chunksOf(Buffer.from("a"), Buffer.from("b"), Buffer.from("c"));
      } finally {
        released = true;
      }
    })();
    for await (const _chunk of checkBytes(source, {}, []).chunks) break;
    expect(released).toBe(true);
  });
});
