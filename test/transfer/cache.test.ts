import { createHash } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import type { UrlSource } from "../../src/index.ts";
import { type Cache, openTransfer, type TransferOptions } from "../../src/transfer/index.ts";
import { collect, digestOf, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { type FileServerState, fileServer } from "../support/file-server.ts";

const DATA = someBytes(1_000_000);
const OTHER = someBytes(1_000_001).subarray(1);

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "imagewright-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Opens a source, reads all of it and lets go. */
async function fetched(source: UrlSource, options: Partial<TransferOptions> = {}): Promise<Buffer> {
  const transfer = await openTransfer(source, { algorithms: [], ...options });
  try {
    return await collect(transfer.chunks);
  } finally {
    await transfer.close();
  }
}

/** Opens a source, reads so many bytes of it and lets go. */
async function fetchedPart(source: UrlSource, bytes: number, options: Partial<TransferOptions> = {}) {
  const transfer = await openTransfer(source, { algorithms: [], ...options });
  let seen = 0;
  for await (const chunk of transfer.chunks) {
    seen += chunk.length;
    if (seen >= bytes) break;
  }
  await transfer.close();
}

async function cached(state: Partial<FileServerState> = {}) {
  const server = await fileServer({ data: DATA, etag: '"a"', ...state });
  const cachePath = await folder();
  const source = { url: server.url, cachePath };
  const path = join(cachePath, `${md5(server.url)}.img`);
  return { server, cachePath, source, path };
}

describe("a download", () => {
  it("is kept where Terraform's provider looks for it, whole", async () => {
    const { source, path } = await cached();
    expect((await fetched(source)).equals(DATA)).toBe(true);
    expect((await readFile(path)).equals(DATA)).toBe(true);
  });
  it("leaves nothing else behind but what is known of it, without a secret", async () => {
    const server = await fileServer({ data: DATA, etag: '"a"' });
    const cachePath = await folder();
    await fetched({ url: `${server.url}?token=s3cret`, username: "ada", password: "pa55", cachePath });
    const names = (await readdir(cachePath)).sort();
    expect(names).toEqual([expect.stringMatching(/\.img$/), expect.stringMatching(/\.json$/)]);
    const facts = await readFile(join(cachePath, names[1] ?? ""), "utf8");
    expect(JSON.parse(facts)).toMatchObject({ etag: '"a"', sizeBytes: DATA.length });
    expect(facts).not.toMatch(/s3cret|pa55|ada/);
  });
  it.each<[string, Partial<FileServerState>]>([
    ["an entity tag", {}],
    ["a weak entity tag", { etag: 'W/"a"' }],
    ["a date", { etag: undefined, lastModified: "Wed, 21 Oct 2026 07:28:00 GMT" }],
  ])("is not made again while the server says by %s that nothing changed", async (_what, state) => {
    const { server, source, path } = await cached(state);
    await fetched(source);
    const hits: string[] = [];
    expect((await fetched(source, { onCacheHit: (hit) => hits.push(hit) })).equals(DATA)).toBe(true);
    expect(server.statuses).toEqual([200, 304]);
    expect(server.sentBytes()).toBe(DATA.length);
    expect(hits).toEqual([path]);
  });
  it("is made again when the bytes changed, and where nobody can tell", async () => {
    const { server, source, path } = await cached();
    await fetched(source);
    Object.assign(server.state, { data: OTHER, etag: '"b"' });
    expect((await fetched(source)).equals(OTHER)).toBe(true);
    expect((await readFile(path)).equals(OTHER)).toBe(true);
    server.state.etag = undefined;
    server.state.data = DATA;
    await fetched(source);
    server.state.data = OTHER;
    expect((await fetched(source)).equals(OTHER)).toBe(true);
  });
  it("that the server would refuse isn't given out", async () => {
    const { server, source } = await cached();
    await fetched(source);
    server.state.refusesWith = 403;
    expect(await rejectionOf(fetched(source))).toMatchObject({ code: "ERR_HTTP_FORBIDDEN" });
  });
  it("with the declared digest will do where the server says nothing, or doesn't answer", async () => {
    const { server, source } = await cached({ etag: undefined });
    const checksum = `sha256:${digestOf("sha256", DATA)}`;
    await fetched({ ...source, checksum });
    expect((await fetched({ ...source, checksum })).equals(DATA)).toBe(true);
    expect(server.sentBytes()).toBe(DATA.length + 1);
    const dead = { ...source, url: "http://127.0.0.1:9/gone" };
    await writeFile(join(source.cachePath, `${md5(dead.url)}.img`), DATA);
    expect((await fetched({ ...dead, checksum })).equals(DATA)).toBe(true);
    expect(await rejectionOf(fetched(dead))).toMatchObject({ code: "ERR_NETWORK" });
  });
  it("of other bytes than the declared ones isn't kept, and not taken up again", async () => {
    const { server, source, cachePath } = await cached();
    const checksum = `sha256:${digestOf("sha256", OTHER)}`;
    expect(await rejectionOf(fetched({ ...source, checksum }))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
    });
    expect(await readdir(cachePath)).toEqual([]);
    Object.assign(server.state, { data: OTHER, etag: '"b"' });
    expect((await fetched({ ...source, checksum })).equals(OTHER)).toBe(true);
  });
  it("of which a kept one hasn't the declared digest is made again", async () => {
    const { server, source } = await cached();
    await fetched(source);
    Object.assign(server.state, { data: OTHER });
    expect((await fetched({ ...source, checksum: `md5:${digestOf("md5", OTHER)}` })).equals(OTHER)).toBe(
      true,
    );
  });
});

describe("a file that somebody else put there", () => {
  it("is never taken for the image, half or whole, unless it has the declared digest", async () => {
    const { server, source, path } = await cached();
    for (const file of [DATA.subarray(0, 1000), Buffer.alloc(0), OTHER]) {
      await writeFile(path, file);
      server.state.etag = `"${Math.random()}"`;
      expect((await fetched(source)).equals(DATA)).toBe(true);
      expect((await readFile(path)).equals(DATA)).toBe(true);
    }
  });
  it("in place of a kept one, of the same size, isn't taken for it", async () => {
    const { source, path } = await cached();
    await fetched(source);
    await writeFile(path, OTHER);
    await utimes(path, 1, 1);
    expect((await fetched(source)).equals(DATA)).toBe(true);
  });
  it("in place of a kept one that is decompressed, with its size and times, fails once and is downloaded anew", async () => {
    const packed = gzipSync(DATA, { level: 0 });
    const { source, path, cachePath } = await cached({ data: packed });
    await fetched(source, { decompress: "gzip" });
    const [facts = ""] = (await readdir(cachePath)).filter((name) => name.endsWith(".json"));
    const { mtimeMs } = await stat(path);
    await writeFile(path, gzipSync(OTHER, { level: 0 }));
    const text = await readFile(join(cachePath, facts), "utf8");
    await writeFile(join(cachePath, facts), text.replace(`${mtimeMs}`, `${(await stat(path)).mtimeMs}`));
    expect(await rejectionOf(fetched(source, { decompress: "gzip" }))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
    });
    expect((await fetched(source, { decompress: "gzip" })).equals(DATA)).toBe(true);
  });
  it("that has the declared digest is taken without a byte from the server", async () => {
    const { server, source, path } = await cached();
    await writeFile(path, DATA);
    const checksum = `sha512:${digestOf("sha512", DATA)}`;
    expect((await fetched({ ...source, checksum })).equals(DATA)).toBe(true);
    expect(server.sentBytes()).toBeLessThanOrEqual(1);
  });
  it("where the facts should be is passed over", async () => {
    const { source, path } = await cached();
    await fetched(source);
    for (const junk of ["", "{", "[]", '{"sizeBytes":-1}']) {
      await writeFile(path.replace(/img$/, "json"), junk);
      expect((await fetched(source)).equals(DATA)).toBe(true);
    }
  });
});

describe("a download that was left", () => {
  it("goes on where it was", async () => {
    const { server, source } = await cached();
    await fetchedPart(source, 400_000);
    const before = server.sentBytes();
    expect((await fetched(source)).equals(DATA)).toBe(true);
    expect(server.statuses).toEqual([200, 206]);
    expect(server.requests[1]).toMatchObject({
      "if-range": '"a"',
      range: expect.stringMatching(/^bytes=[4-9]\d+-$/),
    });
    expect(server.sentBytes() - before).toBeLessThan(DATA.length - 400_000 + 65_536);
  });
  it("starts over when the bytes changed meanwhile, or there is nothing to tell by", async () => {
    for (const change of [
      { data: OTHER, etag: '"b"' },
      { data: OTHER, etag: undefined },
    ]) {
      const { server, source } = await cached();
      await fetchedPart(source, 400_000);
      Object.assign(server.state, change);
      expect((await fetched(source)).equals(OTHER)).toBe(true);
    }
  });
  it("starts over when the file has become shorter than what there is", async () => {
    const { server, source } = await cached();
    await fetchedPart(source, 400_000);
    server.state.data = DATA.subarray(0, 1000);
    expect((await fetched(source)).equals(DATA.subarray(0, 1000))).toBe(true);
  });
  it("is not taken for the image, by whoever looks for a file", async () => {
    const { source, path } = await cached();
    await fetchedPart(source, 400_000);
    await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  });
  it("for a week is removed by the next one", async () => {
    const { source, cachePath } = await cached();
    const old = join(cachePath, `${md5("something else")}.part`);
    await writeFile(old, "half");
    await utimes(old, 1, 1);
    await fetched(source);
    expect(await readdir(cachePath)).not.toContain(`${md5("something else")}.part`);
  });
});

it("of many downloads of one URL at the same time only one asks for the bytes", async () => {
  const { server, source } = await cached({ pauseMs: 5 });
  const results = await Promise.all(Array.from({ length: 5 }, () => fetched(source)));
  for (const bytes of results) expect(bytes.equals(DATA)).toBe(true);
  expect(server.sentBytes()).toBe(DATA.length);
  expect(server.statuses.sort()).toEqual([200, 304, 304, 304, 304]);
});

it("an abort ends the wait for another's download, and keeps what came of one's own", async () => {
  const { server, source } = await cached({ pauseMs: 20 });
  const stop = new AbortController();
  const first = fetched(source, { signal: stop.signal });
  const waiting = new AbortController();
  const second = fetched(source, { signal: waiting.signal });
  waiting.abort(new Error("no time"));
  await expect(second).rejects.toThrow("no time");
  setTimeout(() => stop.abort(new Error("enough")), 150);
  await expect(first).rejects.toThrow("enough");
  server.state.pauseMs = 0;
  expect((await fetched(source)).equals(DATA)).toBe(true);
  expect(server.statuses).toEqual([200, 206]);
});

describe("the room of a cache", () => {
  const kept = async (directory: string) =>
    (await readdir(directory)).filter((name) => name.endsWith(".img"));

  it("is kept by deleting what was not used for the longest", async () => {
    const cache: Cache = { directory: await folder(), maxBytes: 2_500_000 };
    const servers = await Promise.all(
      ["/1", "/2", "/3"].map((path) => fileServer({ data: DATA, etag: '"a"' }, path)),
    );
    const [first, second, third] = servers.map(({ url }) => url);
    for (const url of [first, second]) await fetched({ url: url ?? "" }, { cache });
    const paths = [first, second, third].map((url) => `${md5(url ?? "")}.img`);
    await utimes(join(cache.directory, paths[0]?.replace("img", "json") ?? ""), 100, 100);
    await utimes(join(cache.directory, paths[1]?.replace("img", "json") ?? ""), 50, 50);
    await fetched({ url: first ?? "" }, { cache });
    await fetched({ url: third ?? "" }, { cache });
    expect((await kept(cache.directory)).sort()).toEqual([paths[0], paths[2]].sort());
  });
  it("is not for what is larger than all of it, nor for what others put there", async () => {
    const cache: Cache = { directory: await folder(), maxBytes: 900_000 };
    const foreign = `${md5("x")}.img`;
    await writeFile(join(cache.directory, foreign), DATA);
    const server = await fileServer({ data: DATA, etag: '"a"' });
    expect((await fetched({ url: server.url }, { cache })).equals(DATA)).toBe(true);
    expect(await kept(cache.directory)).toEqual([foreign]);
  });
});

it("a folder that can't be used is an error where the source names it, and passed over elsewhere", async () => {
  const file = join(await folder(), "file");
  await writeFile(file, "");
  await chmod(file, 0o600);
  const server = await fileServer({ data: DATA });
  const error = await rejectionOf(fetched({ url: server.url, cachePath: join(file, "sub") }));
  expect(error).toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["source", "cachePath"] }] });
  const cache = { directory: join(file, "sub") };
  expect((await fetched({ url: server.url }, { cache })).equals(DATA)).toBe(true);
});
