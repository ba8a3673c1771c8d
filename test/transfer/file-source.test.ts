import { execFile } from "node:child_process";
import { appendFile, mkdtemp, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { openSource, openTransfer } from "../../src/transfer/index.ts";
import { collect, digestOf, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const DATA = someBytes(2_000_000);

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagewright-file-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

it("a file's bytes come as they are, with their number", async () => {
  const opened = await openSource({ file: await file(DATA) });
  expect(opened.sizeBytes).toBe(DATA.length);
  expect((await collect(opened.chunks)).equals(DATA)).toBe(true);
  await opened.close();
});

describe("what is no file with bytes is an error before anything is read:", () => {
  it.each<[string, () => Promise<string> | string, string]>([
    ["nothing", () => join(folder, "missing"), "there is no file"],
    ["something below a file", async () => join(await file(DATA), "x"), "there is no file"],
    ["a directory", () => folder, "is a directory, not a file"],
    ["an empty file", () => file(Buffer.alloc(0)), "is empty"],
    ["a device", () => "/dev/zero", "is not a regular file"],
    ["a named pipe, which nobody writes to", namedPipe, "is not a regular file"],
    ["a socket", socket, "can't be read: ENXIO"],
  ])("%s", async (_what, make, message) => {
    const path = await make();
    const before = await openFiles();
    expect(await rejectionOf(openSource({ file: path }))).toMatchObject({
      name: "SpecError",
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["source", "file"], message: expect.stringContaining(message) }],
      message: expect.stringContaining(path),
    });
    expect(await openFiles()).toBe(before);
  });
});

describe("a file that changes while it is read", () => {
  it("in its content is ERR_SOURCE_CHANGED", async () => {
    const path = await file(DATA);
    const { chunks } = await openSource({ file: path });
    expect(await rejectionOf(readThen(chunks, () => utimes(path, 1, 1)))).toMatchObject({
      name: "TransferError",
      code: "ERR_SOURCE_CHANGED",
    });
  });

  it.each<[string, (path: string) => Promise<void>]>([
    ["longer", (path) => appendFile(path, "more")],
    ["shorter", (path) => truncate(path, DATA.length - 1)],
  ])("and becomes %s is ERR_SIZE_MISMATCH, and its last chunk never comes", async (how, change) => {
    const path = await file(DATA);
    const transfer = await openTransfer({ file: path }, { algorithms: [] });
    let takenBytes = 0;
    const error = await rejectionOf(
      readThen(
        transfer.chunks,
        () => change(path),
        (chunk) => {
          takenBytes += chunk.length;
        },
      ),
    );
    expect(error).toMatchObject({
      code: "ERR_SIZE_MISMATCH",
      expected: DATA.length,
      message: expect.stringContaining(`The source is ${how} than it said`),
    });
    expect(takenBytes).toBeLessThan(DATA.length - 1);
    expect(transfer.passed()).toBeUndefined();
  });
});

describe("a file is closed", () => {
  it.each<[string, (path: string) => Promise<unknown>]>([
    ["when it was read", async (path) => collect((await openSource({ file: path })).chunks)],
    [
      "when it is closed unread, even twice",
      async (path) => {
        const { close } = await openSource({ file: path });
        await close();
        await close();
      },
    ],
    [
      "when the reader stops",
      async (path) => {
        for await (const _chunk of (await openSource({ file: path })).chunks) break;
      },
    ],
    [
      "when the reader stops, and closes it",
      async (path) => {
        const { chunks, close } = await openSource({ file: path });
        for await (const _chunk of chunks) break;
        await close();
      },
    ],
    [
      "when the transfer is aborted",
      async (path) => {
        const controller = new AbortController();
        const { chunks } = await openTransfer({ file: path }, { algorithms: [], signal: controller.signal });
        await rejectionOf(readThen(chunks, async () => controller.abort()));
      },
    ],
  ])("%s", async (_when, use) => {
    const path = await file(DATA);
    const before = await openFiles();
    await use(path);
    await vi.waitFor(async () => expect(await openFiles()).toBe(before));
  });
});

it("a checksum that a file doesn't have keeps its last chunk back", async () => {
  const path = await file(DATA);
  const right = await openTransfer(
    { file: path, checksum: `sha256:${digestOf("sha256", DATA)}` },
    { algorithms: ["md5"] },
  );
  expect((await collect(right.chunks)).equals(DATA)).toBe(true);
  expect(right.passed()).toEqual({
    sizeBytes: DATA.length,
    digests: { md5: digestOf("md5", DATA), sha256: digestOf("sha256", DATA) },
  });
  const wrong = await openTransfer({ file: path, checksum: `sha256:${"0".repeat(64)}` }, { algorithms: [] });
  expect(await rejectionOf(collect(wrong.chunks))).toMatchObject({
    code: "ERR_DIGEST_MISMATCH",
    expected: `sha256:${"0".repeat(64)}`,
    actual: `sha256:${digestOf("sha256", DATA)}`,
  });
});

async function file(bytes: Uint8Array): Promise<string> {
  const path = join(folder, "image.raw");
  await writeFile(path, bytes);
  return path;
}

async function namedPipe(): Promise<string> {
  const path = join(folder, "pipe");
  await promisify(execFile)("mkfifo", [path]);
  return path;
}

async function socket(): Promise<string> {
  const path = join(folder, "socket");
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

/** Does something after the first chunk, and reads on. */
async function readThen(
  chunks: AsyncIterable<Uint8Array>,
  change: () => Promise<void>,
  take: (chunk: Uint8Array) => void = () => undefined,
): Promise<void> {
  let changed = false;
  for await (const chunk of chunks) {
    take(chunk);
    if (!changed) await change();
    changed = true;
  }
}

async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}
