import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { openTransfer } from "../../src/transfer/index.ts";
import { chunksOf, collect, digestOf, inChunks, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";
import { httpServer } from "../support/loopback.ts";
import { makeQcow2 } from "./convert/qcow2.ts";

const DATA = someBytes(500_000);

it("one pass gives the bytes and every digest that was asked for", async () => {
  const open = vi.fn(() => inChunks(DATA, 7_777));
  const transfer = await openTransfer({ open, size: DATA.length }, { algorithms: ["md5", "sha512"] });
  expect(transfer.sizeBytes).toBe(DATA.length);
  expect((await collect(transfer.chunks)).equals(DATA)).toBe(true);
  expect(transfer.passed()).toEqual({
    sizeBytes: DATA.length,
    digests: { md5: digestOf("md5", DATA), sha512: digestOf("sha512", DATA) },
  });
  expect(open).toHaveBeenCalledOnce();
});

it("nothing is read before it is wanted", async () => {
  const open = vi.fn(() => chunksOf(DATA));
  const transfer = await openTransfer({ open }, { algorithms: ["md5"] });
  expect(open).not.toHaveBeenCalled();
  await transfer.close();
});

it("a source is read no faster than its receiver takes", async () => {
  let read = 0;
  const open = async function* () {
    for (;;) {
      read++;
      yield Buffer.alloc(1000);
    }
  };
  const { chunks } = await openTransfer(
    { open },
    { algorithms: ["md5"], onRead: () => {}, onTaken: () => {} },
  );
  const iterator = chunks[Symbol.asyncIterator]();
  for (let taken = 1; taken <= 5; taken++) {
    await iterator.next();
    // One chunk is held back until the next is there.
    expect(read).toBe(taken + 1);
  }
  await iterator.return?.();
});

it.each([
  ["that is none", "md5:xyz", 'must be "<algorithm>:<hex>"'],
  ["of another length", "sha256:abcd", 'must be "<algorithm>:<hex>"'],
  ["that this Node.js can't compute", "rot13:abcd", "this Node.js can't compute rot13"],
])(
  "a checksum %s is an error before anything is asked, never passed over",
  async (_what, checksum, message) => {
    const url = await httpServer(() => expect.unreachable());
    expect(await rejectionOf(openTransfer({ url, checksum }, { algorithms: [] }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["source", "checksum"], message }],
    });
  },
);

it("only a file can be converted on its way, and that is said before anything is asked", async () => {
  const open = vi.fn(() => chunksOf(DATA));
  const url = await httpServer(() => expect.unreachable());
  for (const source of [{ open }, { url }]) {
    expect(await rejectionOf(openTransfer(source, { algorithms: [], convert: true }))).toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "convert",
      alternative: expect.stringContaining("source.file"),
    });
  }
  expect(open).not.toHaveBeenCalled();
});

it("an abort ends a conversion with its own reason, and closes the file", async () => {
  const disk = { version: 3, clusterBits: 16, virtualBytes: 2 ** 40, clusters: [] } as const;
  const file = join(await temporaryFolder(), "disk.qcow2");
  await writeFile(file, makeQcow2(disk).file);
  const before = (await readdir("/proc/self/fd")).length;
  const controller = new AbortController();
  const transfer = await openTransfer({ file }, { algorithms: [], convert: true, signal: controller.signal });
  expect(transfer.sizeBytes).toBe(disk.virtualBytes);
  const taking = async () => {
    for await (const chunk of transfer.chunks) if (chunk.length > 0) controller.abort("enough");
  };
  expect(await rejectionOf(taking())).toBe("enough");
  await transfer.close();
  expect((await readdir("/proc/self/fd")).length).toBe(before);
});
