/** Inspection on the way of the data. */
import { truncate } from "node:fs/promises";
import { expect, it, vi } from "vitest";
import { openTransfer } from "../../../src/transfer/index.ts";
import { chunksOf, collect, digestOf, inChunks, someBytes } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { temporaryFile } from "../../support/temporary.ts";
import { fixedVhd, MIB, qcow2, vhdx, vmdk, vmdkFooter } from "./images.ts";

const QCOW2 = { algorithms: [], inspect: { containerFormat: "bare", diskFormat: "qcow2" } };
const RAW = { algorithms: [], inspect: { containerFormat: "bare", diskFormat: "raw" } };
const VHD = { algorithms: [], inspect: { containerFormat: "bare", diskFormat: "vhd" } };
const VHDX = { algorithms: [], inspect: { containerFormat: "bare", diskFormat: "vhdx" } };
const VMDK = { algorithms: [], inspect: { containerFormat: "bare", diskFormat: "vmdk" } };

it.each([10, 1000, 65_536, 10 * MIB])(
  "the bytes go through unchanged in chunks of %i",
  async (chunkBytes) => {
    const image = Buffer.concat([qcow2(), someBytes(50_000)]);
    const { chunks, passed } = await openTransfer(
      { open: () => inChunks(image, chunkBytes), size: image.length },
      { ...QCOW2, algorithms: ["md5"] },
    );
    expect((await collect(chunks)).equals(image)).toBe(true);
    expect(passed()).toEqual({ sizeBytes: image.length, digests: { md5: digestOf("md5", image) } });
  },
);

it("the head of a stream is refused before the transfer is there, and the source is let go", async () => {
  let read = 0;
  const letGo = vi.fn();
  const open = async function* () {
    try {
      for (; read < 1000; read++) yield someBytes(10_000);
    } finally {
      letGo();
    }
  };
  expect(await rejectionOf(openTransfer({ open }, QCOW2))).toMatchObject({ code: "ERR_FORMAT_MISMATCH" });
  expect(read).toBeLessThan(10);
  expect(letGo).toHaveBeenCalledOnce();
});

it("no more of a stream is read ahead than tells its format", async () => {
  let read = 0;
  const open = async function* () {
    for (;;) {
      read++;
      yield read === 1 ? qcow2() : Buffer.alloc(10_000);
    }
  };
  const transfer = await openTransfer({ open }, QCOW2);
  expect(read).toBe(1);
  await transfer.close();
});

it("what tells of a VHDX is read ahead, though it is a mebibyte away", async () => {
  const image = vhdx({ hasParent: true });
  const opening = openTransfer({ open: () => inChunks(image) }, VHDX);
  expect(await rejectionOf(opening)).toMatchObject({ code: "ERR_FORMAT_UNSAFE" });
});

it("a transfer that nobody takes lets go of what was read ahead", async () => {
  const letGo = vi.fn();
  const open = async function* () {
    try {
      for (;;) yield Buffer.alloc(100_000);
    } finally {
      letGo();
    }
  };
  const transfer = await openTransfer({ open }, RAW);
  expect(letGo).not.toHaveBeenCalled();
  await transfer.close();
  expect(letGo).toHaveBeenCalledOnce();
});

const endings: readonly (readonly [what: string, image: Buffer, options: typeof RAW, code: string])[] = [
  ["a VMDK's footer", vmdk({ footer: vmdkFooter((footer) => footer.fill(255)) }), VMDK, "ERR_FORMAT_UNSAFE"],
  ["a VHD that has no footer", someBytes(200_000), VHD, "ERR_FORMAT_MISMATCH"],
];

it.each(endings)(
  "the last chunk is never handed on when it tells: %s",
  async (_what, image, options, code) => {
    const { chunks } = await openTransfer({ open: () => inChunks(image, 50_000) }, options);
    const taken: Uint8Array[] = [];
    const taking = (async () => {
      for await (const chunk of chunks) taken.push(chunk);
    })();
    expect(await rejectionOf(taking)).toMatchObject({ code });
    expect(Buffer.concat(taken).length).toBeGreaterThan(0);
    expect(Buffer.concat(taken).length).toBeLessThan(image.length);
  },
);

it.each(endings)("of a file, the end is looked at first: %s", async (_what, image, options, code) => {
  const file = await temporaryFile(image);
  expect(await rejectionOf(openTransfer({ file }, options))).toMatchObject({ code });
});

it("a file of any size is looked into at once", async () => {
  const file = await temporaryFile(qcow2());
  await truncate(file, 2 ** 40);
  const { sizeBytes, chunks, close } = await openTransfer({ file }, QCOW2);
  expect(sizeBytes).toBe(2 ** 40);
  for await (const chunk of chunks) {
    expect(qcow2().equals(chunk.subarray(0, qcow2().length))).toBe(true);
    break;
  }
  await close();
});

it("a fixed VHD in a file is taken", async () => {
  const image = fixedVhd(someBytes(300_000));
  const { chunks } = await openTransfer({ file: await temporaryFile(image) }, VHD);
  expect((await collect(chunks)).equals(image)).toBe(true);
});

it("a source without a byte, or with too few, is said to be that", async () => {
  const none = await openTransfer({ open: () => chunksOf() }, QCOW2);
  expect(await rejectionOf(collect(none.chunks))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
  const few = await openTransfer({ open: () => chunksOf(Buffer.from("QF")), size: 10 }, QCOW2);
  expect(await rejectionOf(collect(few.chunks))).toMatchObject({ code: "ERR_SIZE_MISMATCH" });
});

it("an abort while the head is awaited rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const open = async function* () {
    yield qcow2().subarray(0, 100);
    await new Promise<never>(() => {});
  };
  const opening = openTransfer({ open }, { ...QCOW2, signal: controller.signal });
  const reason = new Error("enough");
  setImmediate(() => controller.abort(reason));
  expect(await rejectionOf(opening)).toBe(reason);
});
