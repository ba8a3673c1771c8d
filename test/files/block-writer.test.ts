import { open, readFile, rename } from "node:fs/promises";
import fc from "fast-check";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type BlockWriter, type BlockWriting, openBlockWriter } from "../../src/files/block-writer.ts";
import { someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { canBeOpenDirect, isOpenDirect, openFlags } from "../support/open-flags.ts";
import { temporaryFile } from "../support/temporary.ts";

const MIB = 2 ** 20;
const earlier = someBytes(3 * MIB);
const appended = Buffer.from(earlier.map((byte) => ~byte));
const later: BlockWriting = { startByte: 0, isReadSoon: false };

afterEach(() => vi.unstubAllGlobals());

/** A writer of the file at a path, and the end of both. */
async function writerOf(path: string, writing: BlockWriting) {
  const file = await open(path, "r+");
  onTestFinished(() => file.close().catch(() => undefined));
  const writer = await openBlockWriter(file, writing);
  const close = async (): Promise<void> => {
    await writer.close();
    await file.close();
  };
  return { writer, close };
}

/** Appends bytes in pieces whose memory is another's as soon as they are taken. */
async function appendPieces(writer: BlockWriter, bytes: Uint8Array, lengths: readonly number[]) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const lent = new Uint8Array(bytes.subarray(at, at + (lengths[turn % lengths.length] ?? 1)));
    await writer.append(lent);
    lent.fill(0);
    at += lent.length;
  }
}

describe("the file holds what was there before, and all that was appended", () => {
  const lengths = fc.array(fc.integer({ min: 30_000, max: 2 * MIB }), { minLength: 1, maxLength: 4 });
  const startByte = fc.constantFrom(0, 1, 4096, MIB, MIB + 5, 3 * MIB);

  it.each([true, false])("wherever it begins and however it is cut; read soon: %s", async (isReadSoon) => {
    await fc.assert(
      fc.asyncProperty(lengths, startByte, fc.boolean(), async (lengths, startByte, flushes) => {
        const path = await temporaryFile(earlier.subarray(0, startByte));
        const { writer, close } = await writerOf(path, { startByte, isReadSoon });
        for (const part of [appended.subarray(0, MIB + 77), appended.subarray(MIB + 77)]) {
          await appendPieces(writer, part, lengths);
          if (flushes) writer.flush();
        }
        writer.flush();
        await writer.written();
        expect(writer.endByte).toBe(startByte + appended.length);
        await close();
        const expected = Buffer.concat([earlier.subarray(0, startByte), appended]);
        expect((await readFile(path)).equals(expected)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("in one piece that is more than may wait", async () => {
    const path = await temporaryFile(Buffer.alloc(0));
    const { writer, close } = await writerOf(path, later);
    const bytes = Buffer.concat([earlier, appended, earlier, appended]);
    await writer.append(bytes);
    await close();
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  it("at another path by then", async () => {
    const path = await temporaryFile(Buffer.alloc(0));
    const { writer, close } = await writerOf(path, later);
    await writer.append(appended.subarray(0, MIB));
    await rename(path, `${path}.moved`);
    await writer.append(appended.subarray(MIB));
    await close();
    expect((await readFile(`${path}.moved`)).equals(appended)).toBe(true);
  });
});

it("what isn't a whole block waits for the rest of it, or for a flush", async () => {
  const path = await temporaryFile(Buffer.alloc(0));
  const { writer, close } = await writerOf(path, later);
  await writer.append(appended.subarray(0, MIB + 5));
  await writer.written();
  expect((await readFile(path)).equals(appended.subarray(0, MIB))).toBe(true);
  writer.flush();
  await writer.written();
  expect((await readFile(path)).equals(appended.subarray(0, MIB + 5))).toBe(true);
  await close();
});

describe.runIf(process.platform === "linux")("past the operating system's memory", () => {
  it("goes what nobody reads soon, where the file system can, until the writer is closed", async () => {
    const path = await temporaryFile(Buffer.alloc(0));
    const can = await canBeOpenDirect(path);
    const file = await open(path, "r+");
    onTestFinished(() => file.close());
    const writer = await openBlockWriter(file, later);
    expect(await isOpenDirect(path)).toBe(can);
    await writer.close();
    expect(await openFlags(path)).toHaveLength(1);
  });

  it.each([
    ["what is read soon", { startByte: 0, isReadSoon: true }, undefined],
    ["anything where WebAssembly is missing", later, { WebAssembly: undefined }],
    ["anything where the process has no addresses left", later, { WebAssembly: { Memory: outOfAddresses } }],
  ])("doesn't go %s, and it is written all the same", async (_what, writing, globals) => {
    for (const [name, value] of Object.entries(globals ?? {})) vi.stubGlobal(name, value);
    const path = await temporaryFile(Buffer.alloc(0));
    const { writer, close } = await writerOf(path, writing);
    expect(await isOpenDirect(path)).toBe(false);
    await writer.append(appended);
    await close();
    expect((await readFile(path)).equals(appended)).toBe(true);
  });

  it("doesn't go what the disk can't read from where it is", async () => {
    // Memory that begins anywhere.
    vi.stubGlobal("WebAssembly", {
      Memory: function Memory({ initial }: { readonly initial: number }) {
        return { buffer: new ArrayBuffer(initial * 64 * 1024) };
      },
    });
    const path = await temporaryFile(Buffer.alloc(0));
    const { writer, close } = await writerOf(path, later);
    await writer.append(appended);
    await close();
    expect((await readFile(path)).equals(appended)).toBe(true);
  });
});

describe.runIf(process.platform === "linux")("a full disk is an error", () => {
  it("of what is written, and of what comes after it", async () => {
    const { writer, close } = await writerOf("/dev/full", later);
    await writer.append(appended.subarray(0, MIB));
    expect(await rejectionOf(writer.written())).toMatchObject({ code: "ENOSPC" });
    expect(() => writer.append(appended)).toThrow("ENOSPC");
    await close();
  });

  it("while room is waited for", async () => {
    const { writer, close } = await writerOf("/dev/full", later);
    expect(await rejectionOf(Promise.resolve(writer.append(Buffer.alloc(8 * MIB))))).toMatchObject({
      code: "ENOSPC",
    });
    await close();
  });
});

function outOfAddresses(): never {
  throw new RangeError("WebAssembly.Memory(): could not allocate memory");
}
