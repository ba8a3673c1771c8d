import { getEventListeners } from "node:events";
import {
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  stat,
  statfs,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { openNamelessFile } from "../../../src/transfer/cache/nameless-file.ts";
import { fillFile } from "../../../src/transfer/convert/decompressed-file.ts";
import { openTransfer, type Transfer, type TransferOptions } from "../../../src/transfer/index.ts";
import { chunksOf, collect, digestOf } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { fileServer } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { httpServer } from "../../support/loopback.ts";
import { fixture, PACKED, packed } from "./packed.ts";
import { guestBytes, makeQcow2 } from "./qcow2.ts";

const DISK = guestBytes(packed);
const OPTIONS: TransferOptions = { algorithms: ["md5", "sha512"], decompress: true, convert: true };
const PASSED = {
  sizeBytes: DISK.length,
  digests: { md5: digestOf("md5", DISK), sha512: digestOf("sha512", DISK) },
};

/** A folder of each test, and in it one for files without a cache, and one for downloads. */
let folder: string;
let temporary: string;
let cachePath: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  temporary = join(folder, "temporary");
  cachePath = join(folder, "downloads");
  await mkdir(temporary);
  vi.stubEnv("TMPDIR", temporary);
  return () => vi.unstubAllEnvs();
});

async function fileOf(data: Uint8Array): Promise<string> {
  const file = join(folder, "disk.qcow2.gz");
  await writeFile(file, data);
  return file;
}

/** The files of this test that are open and have no name. */
async function namelessFiles(): Promise<readonly string[]> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(folder) && path.endsWith(" (deleted)"));
}

async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}

async function whole(transfer: Transfer): Promise<Buffer> {
  try {
    return await collect(transfer.chunks);
  } finally {
    await transfer.close();
  }
}

/** Runs it, and sees that no file is left in a folder or open. */
async function leavingNothing<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await openFiles();
  const result = await work();
  await vi.waitFor(async () => expect(await openFiles()).toBe(before));
  expect(await readdir(temporary)).toEqual([]);
  return result;
}

describe.each(PACKED)("what is in %s is decompressed and converted", (name) => {
  const data = fixture(name);
  const checksum = `sha256:${digestOf("sha256", data)}`;

  it("from a file", async () => {
    const onSize = vi.fn();
    const file = await fileOf(data);
    await leavingNothing(async () => {
      const transfer = await openTransfer({ file, checksum }, { ...OPTIONS, onSize });
      expect(transfer).toMatchObject({ sizeBytes: DISK.length, sourceSizeBytes: data.length });
      expect((await whole(transfer)).equals(DISK)).toBe(true);
      expect(transfer.passed()).toEqual(PASSED);
    });
    expect(onSize.mock.calls).toEqual([[data.length]]);
  });

  it("from a URL, which is downloaded once where it is cached", async () => {
    const { url, statuses } = await fileServer({ data, etag: '"a"' });
    const onCacheHit = vi.fn();
    for (const source of [
      { url, cachePath },
      { url, cachePath, checksum },
    ]) {
      const transfer = await openTransfer(source, { ...OPTIONS, onCacheHit });
      expect(transfer).toMatchObject({ sizeBytes: DISK.length, sourceSizeBytes: data.length });
      expect((await whole(transfer)).equals(DISK)).toBe(true);
    }
    expect(statuses).toEqual([200, 304]);
    expect(onCacheHit).toHaveBeenCalledOnce();
    const kept = (await readdir(cachePath)).map((file) => file.replace(/^[0-9a-f]{32}/, ""));
    expect(kept.sort()).toEqual([".img", ".json"]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it("from a URL that nothing is kept of, and that doesn't say its size", async () => {
    const { url } = await fileServer({ data, tellsSize: false });
    const transfer = await openTransfer({ url, checksum }, OPTIONS);
    expect(transfer.sourceSizeBytes).toBe(data.length);
    expect((await whole(transfer)).equals(DISK)).toBe(true);
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe("nothing is handed on, and no file left, of a source", () => {
  const gz = fixture("disk.qcow2.gz");
  const inGzip = (change: (file: Buffer) => Buffer | undefined) => {
    const { file } = makeQcow2(packed);
    return gzipSync(change(file) ?? file);
  };

  it.each<[what: string, data: Uint8Array, options: Partial<TransferOptions>, error: object]>([
    ["that is cut off", gz.subarray(0, -4), {}, { code: "ERR_DECOMPRESS", detected: "gzip" }],
    [
      "of another codec",
      gz,
      { decompress: "xz" },
      { code: "ERR_DECOMPRESS", declared: "xz", detected: "gzip" },
    ],
    ["that isn't compressed", makeQcow2(packed).file, {}, { code: "ERR_DECOMPRESS" }],
    [
      "that holds more than the limits",
      gz,
      { decompressLimits: { maxBytes: 100_000 } },
      { code: "ERR_DECOMPRESS", message: expect.stringContaining("maxBytes") },
    ],
    ["that holds nothing", gzipSync(""), {}, { code: "ERR_TRANSFER_INCOMPLETE" }],
    [
      "that holds a disk without a byte",
      inGzip((file) => file.fill(0, 24, 32)),
      {},
      { code: "ERR_TRANSFER_INCOMPLETE" },
    ],
    [
      "that holds the half of a qcow2",
      inGzip((file) => file.subarray(0, 65_536)),
      {},
      { code: "ERR_FORMAT_MISMATCH", message: expect.stringMatching(/^What was decompressed is damaged/) },
    ],
    [
      "that holds a qcow2 with a backing file",
      inGzip((file) => void file.writeBigUInt64BE(512n, 8)),
      {},
      {
        code: "ERR_CONVERT_UNSUPPORTED",
        message:
          'What was decompressed has a backing file, which is not converted on the way: decompress the source, run "qemu-img convert -O raw FILE image.raw" and give image.raw, without decompress and convert',
      },
    ],
    [
      "whose disk is larger than it may be",
      gzipSync(makeQcow2({ ...packed, virtualBytes: 2 ** 31 }).file),
      { inspect: { containerFormat: "bare", diskFormat: "raw", minDiskGb: 1 } },
      { code: "ERR_SPEC_INVALID", issues: [{ path: ["minDiskGb"] }] },
    ],
  ])("%s", async (_what, data, options, error) => {
    const file = await fileOf(data);
    await leavingNothing(async () => {
      expect(await rejectionOf(openTransfer({ file }, { ...OPTIONS, ...options }))).toMatchObject(error);
    });
  });

  it.each([
    ["of something else", gz, "0".repeat(64)],
    ["of what is in it", gz, digestOf("sha256", makeQcow2(packed).file)],
    ["of something else, which wouldn't be converted", gzipSync("KDMV".repeat(100)), "0".repeat(64)],
  ])("with a checksum %s", async (_what, data, hex) => {
    const file = await fileOf(data);
    await leavingNothing(async () => {
      const source = { file, checksum: `sha256:${hex}` };
      expect(await rejectionOf(openTransfer(source, OPTIONS))).toMatchObject({
        code: "ERR_DIGEST_MISMATCH",
        expected: source.checksum,
        actual: `sha256:${digestOf("sha256", data)}`,
      });
    });
  });

  it("whose kept download is no longer what was kept: the next one downloads it anew", async () => {
    const { url, statuses } = await fileServer({ data: gz, etag: '"a"' });
    const checksum = `sha256:${digestOf("sha256", gz)}`;
    await whole(await openTransfer({ url, cachePath, checksum }, OPTIONS));
    const path = join(cachePath, digestOf("md5", Buffer.from(url)));
    const other = fixture("disk.tar.gz");
    await writeFile(`${path}.img`, other);
    const facts = JSON.parse(await readFile(`${path}.json`, "utf8"));
    const { size: sizeBytes, mtimeMs } = await stat(`${path}.img`);
    await writeFile(`${path}.json`, JSON.stringify({ ...facts, sizeBytes, mtimeMs }));
    expect(await rejectionOf(openTransfer({ url, cachePath }, OPTIONS))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: checksum,
    });
    expect((await whole(await openTransfer({ url, cachePath }, OPTIONS))).equals(DISK)).toBe(true);
    expect(statuses).toEqual([200, 304, 200]);
  });

  it("that a program gives: it is refused before it is opened", async () => {
    const open = vi.fn(() => chunksOf(gz));
    expect(await rejectionOf(openTransfer({ open }, OPTIONS))).toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "convert",
    });
    expect(open).not.toHaveBeenCalled();
  });
});

describe("while a source is decompressed", () => {
  /** A server that stops in the middle of the source. */
  async function stalled() {
    const data = fixture("disk.qcow2.gz");
    const asked = Promise.withResolvers<void>();
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": data.length });
      response.write(data.subarray(0, 2_000), () => asked.resolve());
    });
    return { url, asked: asked.promise };
  }

  it("no name leads to what came out so far: nothing is left when the process is killed", async () => {
    const { url, asked } = await stalled();
    const controller = new AbortController();
    const opening = rejectionOf(openTransfer({ url, cachePath }, { ...OPTIONS, signal: controller.signal }));
    await asked;
    await vi.waitFor(async () => {
      expect(await namelessFiles()).toEqual([expect.stringContaining(cachePath)]);
    });
    const names = (await readdir(cachePath)).map((file) => file.slice(32));
    expect(names.sort()).toEqual([".lock", ".part", ".part.json"]);
    expect(await readdir(temporary)).toEqual([]);
    controller.abort();
    await opening;
  });

  it("an abort ends it with the signal's reason, and nothing is left", async () => {
    const { url, asked } = await stalled();
    const reason = new Error("that is enough");
    const controller = new AbortController();
    const { signal } = controller;
    const opening = rejectionOf(openTransfer({ url }, { ...OPTIONS, signal }));
    await asked;
    await vi.waitFor(async () => {
      expect(await namelessFiles()).toEqual([expect.stringContaining(temporary)]);
    });
    controller.abort(reason);
    expect(await opening).toBe(reason);
    await vi.waitFor(() => expect(getEventListeners(signal, "abort")).toEqual([]));
    expect(await namelessFiles()).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it("a server that goes away is ERR_TRANSFER_INCOMPLETE, and the next one goes on where it was", async () => {
    const data = fixture("disk.qcow2.gz");
    const server = await fileServer({ data, etag: '"a"', cuts: [1_000, 1_000] });
    const source = { url: server.url, cachePath };
    const transfer = await openTransfer(source, OPTIONS);
    expect((await whole(transfer)).equals(DISK)).toBe(true);
    expect(server.statuses).toEqual([200, 206, 206]);
  });
});

describe("a transfer that was opened", () => {
  it.each<[string, (transfer: Transfer) => Promise<unknown>]>([
    ["and closed at once", async () => undefined],
    [
      "and is left early",
      async ({ chunks }) => {
        for await (const _chunk of chunks) break;
      },
    ],
    ["and read", ({ chunks }) => collect(chunks)],
  ])("%s leaves nothing", async (_what, use) => {
    const file = await fileOf(fixture("disk.qcow2.gz"));
    await leavingNothing(async () => {
      const transfer = await openTransfer({ file }, OPTIONS);
      expect(await readdir(temporary)).toEqual([]);
      await use(transfer);
      await transfer.close();
    });
  });

  it("gives the memory of its chunks back", async () => {
    const transfer = await openTransfer({ file: await fileOf(fixture("disk.qcow2.gz")) }, OPTIONS);
    const copies: Buffer[] = [];
    for await (const chunk of transfer.chunks) {
      copies.push(Buffer.from(chunk));
      transfer.release(chunk);
    }
    expect(Buffer.concat(copies).equals(DISK)).toBe(true);
  });

  it("tells how much was read of the source, not of what is in it", async () => {
    // Slow enough that something is told.
    const data = gzipSync(makeQcow2(packed).file, { level: 0 });
    const { url } = await fileServer({ data, pauseMs: 70 });
    const [onRead, onTaken] = [vi.fn(), vi.fn()];
    const transfer = await openTransfer({ url }, { ...OPTIONS, onRead, onTaken });
    expect(onRead).toHaveBeenCalled();
    for (const [bytes] of onRead.mock.calls) expect(bytes).toBeLessThanOrEqual(data.length);
    const told = onRead.mock.calls.length;
    await whole(transfer);
    expect(onRead.mock.calls.length).toBe(told);
  });
});

describe("what is in a source that isn't a qcow2", () => {
  it("passes as it is where it is raw", async () => {
    const raw = Buffer.alloc(100_000, "raw");
    const transfer = await openTransfer({ file: await fileOf(gzipSync(raw)) }, OPTIONS);
    expect(transfer.sizeBytes).toBe(raw.length);
    expect((await whole(transfer)).equals(raw)).toBe(true);
  });

  it("passes as it is where it is an archive that is to be kept", async () => {
    const file = await fileOf(fixture("disk.tar.gz"));
    const transfer = await openTransfer({ file }, { ...OPTIONS, keepTar: true });
    expect((await whole(transfer)).subarray(257, 262).toString()).toBe("ustar");
  });
});

describe("where there is no room", () => {
  const HUGE_BYTES = 2 ** 50;
  const error = (place: string) => ({
    code: "ERR_UNSUPPORTED",
    capability: "convert",
    alternative: expect.stringContaining(`make room in ${place}`),
  });

  it("for as much as a file has, that is said before anything is read", async () => {
    const file = await fileOf(fixture("disk.qcow2.gz"));
    await truncate(file, 2 ** 43);
    const onRead = vi.fn();
    await leavingNothing(async () => {
      expect(await rejectionOf(openTransfer({ file }, { ...OPTIONS, onRead }))).toMatchObject(
        error(temporary),
      );
    });
    expect(onRead).not.toHaveBeenCalled();
  });

  it("for a download and for what comes out of it, that is said before its body comes", async () => {
    const { bavail, bsize } = await statfs(folder);
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": Math.floor(bavail * bsize * 0.75) }).flushHeaders();
    });
    expect(await rejectionOf(openTransfer({ url, cachePath }, OPTIONS))).toMatchObject(error(cachePath));
    expect(await readdir(cachePath)).toEqual([]);
  });

  it("for as much as a server says, that is said before its body comes", async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": HUGE_BYTES }).flushHeaders();
    });
    expect(await rejectionOf(openTransfer({ url, cachePath }, OPTIONS))).toMatchObject(error(cachePath));
    expect(await readdir(cachePath)).toEqual([]);
  });

  it("any more, that is said when it turns out", async () => {
    const handle = await open("/dev/full", "w");
    const filling = fillFile({ directory: temporary, handle }, chunksOf(Buffer.from("data")));
    expect(await rejectionOf(filling)).toMatchObject({
      ...error(temporary),
      cause: { code: "ENOSPC" },
    });
    await handle.close();
  });
});

describe("where a folder can't be used", () => {
  it("which nobody named, that for temporary files is", async () => {
    const directory = join(await fileOf(Buffer.from("no folder")), "cache");
    const data = fixture("disk.qcow2.gz");
    const { url } = await fileServer({ data });
    const transfer = await openTransfer({ url }, { ...OPTIONS, cache: { directory } });
    expect((await whole(transfer)).equals(DISK)).toBe(true);
  });

  it("and there is no other, that is said, with its name", async () => {
    const missing = join(temporary, "missing");
    vi.stubEnv("TMPDIR", missing);
    const file = await fileOf(fixture("disk.qcow2.gz"));
    expect(await rejectionOf(openTransfer({ file }, OPTIONS))).toMatchObject({
      code: "ERR_UNSUPPORTED",
      alternative: expect.stringContaining(missing),
      cause: { code: "ENOENT" },
    });
  });
});

it("a file without a name can be written and read", async () => {
  const handle = await openNamelessFile(temporary);
  await handle.write("data");
  expect(await readdir(temporary)).toEqual([]);
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  expect(buffer.toString()).toBe("data");
  await handle.close();
});
