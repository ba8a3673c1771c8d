import { createHash } from "node:crypto";
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock, tryLock } from "../../src/files/lock.ts";
import { openSource, openTransfer, pruneCache } from "../../src/transfer/index.ts";
import { collect, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { type FileServerState, fileServer } from "../support/file-server.ts";

const DATA = someBytes(1_000_000);
const OTHER = someBytes(1_000_001).subarray(1);
const LONG_AGO_S = 1;

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "imagewright-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function cached(state: Partial<FileServerState> = {}) {
  const server = await fileServer({ data: DATA, etag: '"a"', ...state });
  const cachePath = await folder();
  const path = join(cachePath, createHash("md5").update(server.url).digest("hex"));
  return { server, cachePath, source: { url: server.url, cachePath }, path };
}

type Cached = Awaited<ReturnType<typeof cached>>;

async function fetched({ source }: Pick<Cached, "source">, maxBytes?: number): Promise<Buffer> {
  const { cachePath, url } = source;
  const at =
    maxBytes === undefined ? { source } : { source: { url }, cache: { directory: cachePath, maxBytes } };
  const transfer = await openTransfer(at.source, { algorithms: ["md5"], cache: at.cache });
  try {
    return await collect(transfer.chunks);
  } finally {
    await transfer.close();
  }
}

async function left({ source }: Cached, bytes: number): Promise<void> {
  const opened = await openSource(source);
  let seen = 0;
  for await (const chunk of opened.chunks) {
    seen += chunk.length;
    if (seen >= bytes) break;
  }
  await opened.close();
}

describe("what is left of a download", () => {
  it("is not gone on with where its file is gone, is shorter or is another: no hole is ever filled with zeros", async () => {
    for (const harm of [
      (path: string) => rm(path),
      (path: string) => writeFile(path, DATA.subarray(0, 1000)),
      async (path: string) => {
        await writeFile(`${path}.other`, OTHER);
        await rename(`${path}.other`, path);
      },
    ]) {
      const download = await cached();
      await left(download, 400_000);
      await harm(`${download.path}.part`);
      expect((await fetched(download)).equals(DATA)).toBe(true);
      expect((await readFile(`${download.path}.img`)).equals(DATA)).toBe(true);
      expect(download.server.statuses).toEqual([200, 200]);
    }
  });
  it("is gone on with when it is older than a week, and not removed under the hands of who does", async () => {
    const download = await cached();
    await left(download, 400_000);
    for (const end of [".part", ".part.json"]) await utimes(`${download.path}${end}`, LONG_AGO_S, LONG_AGO_S);
    expect((await fetched(download)).equals(DATA)).toBe(true);
    expect((await readFile(`${download.path}.img`)).equals(DATA)).toBe(true);
    expect(download.server.statuses).toEqual([200, 206]);
  });
  it("is never written to through a link that another put there", async () => {
    const download = await cached();
    const precious = join(await folder(), "precious");
    await writeFile(precious, "precious");
    await symlink(precious, `${download.path}.part`);
    expect((await fetched(download)).equals(DATA)).toBe(true);
    expect(await readFile(precious, "utf8")).toBe("precious");
  });
});

describe("a process that stood still until it lost its lock", () => {
  it("doesn't keep the half of another's download as its own whole", async () => {
    const download = await cached();
    const first = await openSource(download.source);
    const bytes = await collect(first.chunks);
    await rm(`${download.path}.lock`, { recursive: true });
    const second = await openSource(download.source);
    for await (const _chunk of second.chunks) break;
    await first.keep?.({});
    await expect(stat(`${download.path}.img`)).rejects.toMatchObject({ code: "ENOENT" });
    await Promise.all([first.close(), second.close()]);
    expect(bytes.equals(DATA)).toBe(true);
    expect((await fetched(download)).equals(DATA)).toBe(true);
  });
});

describe("a kept file whose bytes are no longer those that were kept", () => {
  it("is found out though nothing is declared, and made again by the next one", async () => {
    const download = await cached();
    await fetched(download);
    const { atime, mtime, mtimeMs } = await stat(`${download.path}.img`);
    await writeFile(`${download.path}.img`, OTHER);
    await utimes(`${download.path}.img`, atime, mtime);
    const facts = JSON.parse(await readFile(`${download.path}.json`, "utf8"));
    expect(facts.mtimeMs).toBeCloseTo(mtimeMs);
    await writeFile(
      `${download.path}.json`,
      JSON.stringify({ ...facts, mtimeMs: (await stat(`${download.path}.img`)).mtimeMs }),
    );
    expect(await rejectionOf(fetched(download))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect((await fetched(download)).equals(DATA)).toBe(true);
  });
});

it("a receiver that refuses everything in the end doesn't cost the download", async () => {
  const download = await cached();
  const transfer = await openTransfer(download.source, { algorithms: [] });
  let seen = 0;
  for await (const chunk of transfer.chunks) {
    seen += chunk.length;
    if (seen === DATA.length) break;
  }
  await transfer.close();
  expect((await fetched(download)).equals(DATA)).toBe(true);
  expect(download.server.statuses).toEqual([200, 304]);
});

it("a download that is closed while it is waited for asks for nothing more", async () => {
  for (const cache of [false, true]) {
    const { server, source } = await cached({ cuts: [300_000], pauseMs: 20 });
    const opened = await openSource(cache ? source : { url: source.url });
    const reading = collect(opened.chunks).catch((error: unknown) => error);
    await opened.close();
    expect(await reading).toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(1);
  }
});

it("a folder that is gone is no lock to wait for", async () => {
  const path = join(await folder(), "gone", "lock");
  await expect(acquireLock(path, { signal: undefined })).rejects.toMatchObject({ code: "ENOENT" });
});

describe("the limit of a cache", () => {
  it("holds for a download of which nobody said how large it would be", async () => {
    const download = await cached({ tellsSize: false });
    expect((await fetched(download, 900_000)).equals(DATA)).toBe(true);
    expect(await readdir(download.cachePath)).toEqual([]);
  });
  it("is not kept at the cost of a file that Terraform wrote in place of a kept one", async () => {
    const download = await cached();
    await fetched(download);
    await writeFile(`${download.path}.img`, OTHER.subarray(5));
    await pruneCache({ directory: download.cachePath, maxBytes: 0 });
    expect((await readFile(`${download.path}.img`)).equals(OTHER.subarray(5))).toBe(true);
  });
});

describe("pruneCache", () => {
  it("removes what is too much, those first that were not used for the longest", async () => {
    const first = await cached();
    const server = await fileServer({ data: DATA, etag: '"a"' }, "/other");
    await fetched(first);
    await utimes(`${first.path}.json`, LONG_AGO_S, LONG_AGO_S);
    await fetched({ source: { url: server.url, cachePath: first.cachePath } });
    const result = await pruneCache({ directory: first.cachePath, maxBytes: 1_500_000 });
    expect(result).toEqual({ removedFiles: 1, removedBytes: DATA.length });
    await expect(stat(`${first.path}.img`)).rejects.toMatchObject({ code: "ENOENT" });
    expect((await readdir(first.cachePath)).filter((name) => name.endsWith(".img"))).toHaveLength(1);
  });
  it("removes what was not used for too long, and what is left of cut downloads", async () => {
    const download = await cached();
    await fetched(download);
    const remains = ["part", "part.json", "json.0123abcd", "part.json.0123abcd"];
    for (const end of remains) await writeFile(`${download.path}.${end}`, "{");
    for (const end of ["json", ...remains]) await utimes(`${download.path}.${end}`, LONG_AGO_S, LONG_AGO_S);
    expect(await pruneCache({ directory: download.cachePath, maxAgeMs: 60_000 })).toMatchObject({
      removedFiles: 1,
    });
    expect(await readdir(download.cachePath)).toEqual([]);
  });
  it("leaves what is in use, and what others put there", async () => {
    const download = await cached();
    await fetched(download);
    const foreign = [`${"0".repeat(32)}.img`, "README", `${"0".repeat(31)}.part`];
    for (const name of foreign) await writeFile(join(download.cachePath, name), "foreign");
    const lock = await tryLock(`${download.path}.lock`);
    const options = { directory: download.cachePath, maxBytes: 0, maxAgeMs: 0 };
    expect(await pruneCache(options)).toEqual({ removedFiles: 0, removedBytes: 0 });
    await lock?.release();
    expect(await pruneCache(options)).toEqual({ removedFiles: 1, removedBytes: DATA.length });
    expect((await readdir(download.cachePath)).sort()).toEqual([...foreign].sort());
  });
  it("takes no notice of the lock of a process that was killed", async () => {
    const download = await cached();
    await fetched(download);
    await mkdir(`${download.path}.lock`);
    await utimes(`${download.path}.lock`, LONG_AGO_S, LONG_AGO_S);
    expect(await pruneCache({ directory: download.cachePath, maxBytes: 0 })).toMatchObject({
      removedFiles: 1,
    });
    expect(await readdir(download.cachePath)).toEqual([]);
  });
  it("of a folder that doesn't exist removes nothing, and refuses limits that are none", async () => {
    expect(await pruneCache({ directory: join(await folder(), "none") })).toMatchObject({ removedFiles: 0 });
    for (const limits of [{ maxBytes: -1 }, { maxAgeMs: Number.NaN }])
      await expect(pruneCache({ directory: await folder(), ...limits })).rejects.toThrow(RangeError);
  });
});
