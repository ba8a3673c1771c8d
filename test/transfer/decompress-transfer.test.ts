import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openTransfer, type TransferOptions } from "../../src/transfer/index.ts";
import { collect, digestOf, endless, inChunks, someBytes, stallingAfter } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { httpServer } from "../support/loopback.ts";
import { fixture, large, small, sparse } from "./decompress/samples.ts";

const OPTIONS: TransferOptions = { algorithms: ["md5", "sha512"], decompress: true };
const PASSED = {
  sizeBytes: large.length,
  digests: { md5: digestOf("md5", large), sha512: digestOf("sha512", large) },
};

const serve = (data: Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  httpServer((_request, response) =>
    response.writeHead(200, { "content-length": data.length, ...headers }).end(data),
  );

function fileOf(data: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "imagewright-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "disk");
  writeFileSync(file, data);
  return file;
}

describe.each(["gz", "bz2", "xz", "zst"])("a source that is compressed (%s)", (suffix) => {
  const compressed = fixture(`large.${suffix}`);
  const checksum = `sha256:${digestOf("sha256", compressed)}`;

  it.each([
    ["a URL", async () => ({ url: `${await serve(compressed)}/disk`, checksum })],
    ["a file", async () => ({ file: fileOf(compressed), checksum })],
    ["a program", async () => ({ open: () => inChunks(compressed, 1_000), size: compressed.length })],
  ])("from %s gives what is in it, and digests of that", async (_kind, source) => {
    const [onRead, onTaken] = [vi.fn(), vi.fn()];
    const transfer = await openTransfer(await source(), { ...OPTIONS, onRead, onTaken });
    expect(transfer).toMatchObject({ sizeBytes: undefined, sourceSizeBytes: compressed.length });
    expect((await collect(transfer.chunks)).equals(large)).toBe(true);
    expect(transfer.passed()).toEqual(PASSED);
    expect(transfer.received()?.sizeBytes).toBe(compressed.length);
    for (const [read] of onRead.mock.calls) expect(read).toBeLessThanOrEqual(compressed.length);
    await transfer.close();
  });

  it.each([
    ["of something else", "0".repeat(64)],
    ["of what is in it", digestOf("sha256", large)],
  ])("is never whole with a checksum %s", async (_what, hex) => {
    const { chunks, passed } = await openTransfer(
      { file: fileOf(compressed), checksum: `sha256:${hex}` },
      OPTIONS,
    );
    const taken: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of chunks) taken.push(chunk);
    })();
    expect(await rejectionOf(reading)).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: `sha256:${hex}`,
      actual: checksum,
    });
    expect(Buffer.concat(taken).length).toBeLessThan(large.length);
    expect(passed()).toBeUndefined();
  });

  it("that is of another size than it said is never whole", async () => {
    const open = () => inChunks(compressed, 1_000);
    for (const size of [compressed.length - 1, compressed.length + 1]) {
      const { chunks } = await openTransfer({ open, size }, OPTIONS);
      expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_SIZE_MISMATCH" });
    }
  });

  it("whose server goes away is ERR_TRANSFER_INCOMPLETE, not damaged", async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": compressed.length });
      response.write(compressed.subarray(0, 500), () => setTimeout(() => response.destroy(), 20));
    });
    const { chunks } = await openTransfer({ url }, OPTIONS);
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      code: "ERR_TRANSFER_INCOMPLETE",
      offset: 500,
    });
  });

  it("is left with the signal's reason, wherever it waits, and no listener stays", async () => {
    const reason = new Error("that is enough");
    const half = compressed.subarray(0, compressed.length / 2);
    for (const open of [() => stallingAfter(half), () => endless(compressed), () => stallingAfter()]) {
      const controller = new AbortController();
      const { signal } = controller;
      const { chunks } = await openTransfer({ open }, { ...OPTIONS, signal });
      const reading = rejectionOf(collect(chunks));
      setTimeout(() => controller.abort(reason), 30);
      expect(await reading).toBe(reason);
      await vi.waitFor(() => expect(getEventListeners(signal, "abort")).toEqual([]));
    }
  });

  it("is closed when its reader leaves", async () => {
    const left = vi.fn();
    const open = async function* () {
      try {
        yield* endless(compressed);
      } finally {
        left();
      }
    };
    const { chunks } = await openTransfer({ open }, OPTIONS);
    for await (const _chunk of chunks) break;
    await vi.waitFor(() => expect(left).toHaveBeenCalledOnce());
  });
});

describe("what is wrong with a source", () => {
  it("that is another codec's is said", async () => {
    const { chunks } = await openTransfer(
      { file: fileOf(fixture("small.gz")) },
      { ...OPTIONS, decompress: "xz" },
    );
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      code: "ERR_DECOMPRESS",
      declared: "xz",
      detected: "gzip",
    });
  });

  it.each<[what: string, path: string, headers: Readonly<Record<string, string>>, declared: string]>([
    ["its content type", "/disk", { "content-type": "application/zstd" }, "zstd"],
    ["Content-Disposition", "/disk", { "content-disposition": 'attachment; filename="d.bz2"' }, "bzip2"],
    ["its URL", "/disk.raw.xz?sig=1", {}, "xz"],
  ])("that isn't what %s says is said", async (_what, path, headers, declared) => {
    const url = `${await serve(small, headers)}${path}`;
    const { chunks } = await openTransfer({ url }, OPTIONS);
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      code: "ERR_DECOMPRESS",
      declared,
      detected: undefined,
    });
  });

  it("that isn't compressed is said, before anything of it is handed on", async () => {
    const { chunks } = await openTransfer({ file: fileOf(small) }, OPTIONS);
    await expect(chunks[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "ERR_DECOMPRESS" });
  });

  it("that holds nothing is ERR_TRANSFER_INCOMPLETE", async () => {
    const { chunks } = await openTransfer({ file: fileOf(fixture("empty.xz")) }, OPTIONS);
    expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
  });

  it("that holds more than the limits is said", async () => {
    const limits = { decompressLimits: { maxBytes: 1_000_000 } };
    const { chunks } = await openTransfer({ file: fileOf(fixture("large.gz")) }, { ...OPTIONS, ...limits });
    expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_DECOMPRESS" });
  });
});

it("an archive is its one file, also when its reader gives every chunk back at once", async () => {
  const content = someBytes(1_000_000);
  const name = Buffer.alloc(512);
  name.write("disk.raw");
  name.write("00003641100\0", 124);
  name.write("        0ustar  \0", 148);
  name.write("ustar  \0", 257);
  name.write(
    `${name
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  const tar = Buffer.concat([name, content, Buffer.alloc(1_024 + 448)]);
  for (const data of [tar, gzipSync(tar)]) {
    const transfer = await openTransfer({ file: fileOf(data) }, OPTIONS);
    const taken: Uint8Array[] = [];
    for await (const chunk of transfer.chunks) {
      taken.push(new Uint8Array(chunk));
      transfer.release(chunk);
    }
    expect(Buffer.concat(taken).equals(content)).toBe(true);
  }
  const sparseFile = await openTransfer({ file: fileOf(fixture("sparse-1.0.tar.gz")) }, OPTIONS);
  expect((await collect(sparseFile.chunks)).equals(sparse)).toBe(true);
});

it("an archive that is to be kept is sent as it is", async () => {
  const { chunks } = await openTransfer(
    { file: fileOf(fixture("two.tar.gz")) },
    { ...OPTIONS, keepTar: true },
  );
  expect((await collect(chunks)).subarray(257, 262).toString()).toBe("ustar");
});

it("without decompress, a compressed source is sent as it is", async () => {
  const { chunks, sizeBytes } = await openTransfer({ file: fileOf(fixture("small.gz")) }, { algorithms: [] });
  expect(sizeBytes).toBe(fixture("small.gz").length);
  expect((await collect(chunks)).equals(fixture("small.gz"))).toBe(true);
});

describe.each([
  ["large.gz", large],
  ["large.bz2", large],
  ["large.xz", large],
  ["large.zst", large],
  ["sparse-gnu.tar.gz", sparse],
  ["gnu.tar.gz", small],
])("what comes out of %s", (name, content) => {
  it("is right when each chunk is given back as soon as it was looked at, and memory is freed", async () => {
    const transfer = await openTransfer({ file: fileOf(fixture(name)) }, OPTIONS);
    const seen: Buffer[] = [];
    const released: Uint8Array[] = [];
    for await (const chunk of transfer.chunks) {
      seen.push(Buffer.from(chunk));
      transfer.release(chunk);
      released.push(chunk);
    }
    await transfer.close();
    expect(Buffer.concat(seen).equals(content)).toBe(true);
    expect(transfer.passed()?.digests).toMatchObject({ md5: digestOf("md5", content) });
    if (content === large) expect(released.filter(({ length }) => length === 0)).not.toEqual([]);
  });
});
