import { describe, expect, it, vi } from "vitest";
import { DIVISION_RULES } from "../../../src/transfer/connections/division.ts";
import { continued } from "../../../src/transfer/download.ts";
import {
  type Cache,
  inspectImage,
  openSource,
  openTransfer,
  type UrlSource,
} from "../../../src/transfer/index.ts";
import { askUrl, type UrlOptions } from "../../../src/transfer/url.ts";
import { collect, digestOf, someBytes } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { type FileServer, type FileServerState, fileServer } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { httpServer } from "../../support/loopback.ts";

const DATA = someBytes(4_000_000);
const DIGEST = digestOf("sha256", DATA);
const SEGMENT_BYTES = 200_000;

/** As many connections as there may be, as soon as there may be. */
const RULES = {
  ...DIVISION_RULES,
  aheadBytes: 4 * SEGMENT_BYTES,
  minBytes: 1_000_000,
  windowMs: 0,
  settleMs: 0,
  idleShare: 0,
  growthBy: () => 0,
};

/** A server that sends 64 KiB in 5 ms over each connection, or over all of them. */
function slowServer(state: Partial<FileServerState> = {}): Promise<FileServer> {
  return fileServer({ data: DATA, etag: '"a"', pauseMs: 5, ...state });
}

async function download(url: string, options: UrlOptions = {}, rules = RULES) {
  const source = { url };
  return continued(source, await askUrl(source, options), options, 0, rules);
}

/** The parts that were asked for, and those who go on to the end. */
const rangesOf = ({ requests }: FileServer) =>
  requests.map(({ range }) => (range === undefined ? "all" : range.endsWith("-") ? "rest" : "part"));

describe("a download from a server that is slow over each connection", () => {
  it("comes over several, in its order, each byte once but for what was on its way on the first", async () => {
    const server = await slowServer();
    const { chunks } = await download(server.url);
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(server.peakParts()).toBeGreaterThan(1);
    expect(server.peakParts()).toBeLessThanOrEqual(4);
    const [first, ...others] = rangesOf(server);
    expect(first).toBe("all");
    expect(new Set(others)).toEqual(new Set(["part"]));
    expect(new Set(server.requests.map(({ range }) => range)).size).toBe(server.requests.length);
    expect(server.requests.slice(1).every((headers) => headers["if-range"] === '"a"')).toBe(true);
  });

  it("keeps its connections from one part to the next, and closes them in the end", async () => {
    const server = await slowServer();
    const { chunks } = await download(server.url);
    await collect(chunks);
    expect(server.requests.length).toBeGreaterThan(10);
    expect(server.sockets.size).toBeLessThanOrEqual(5);
    await vi.waitFor(() => expect([...server.sockets].every(({ destroyed }) => destroyed)).toBe(true));
  });

  it.each([1, 2, 8])("comes over no more than it may: %i", async (connections) => {
    const server = await slowServer();
    const { chunks } = await download(server.url, { connections });
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    if (connections === 1) expect(server.requests).toHaveLength(1);
    expect(server.peakParts()).toBeLessThanOrEqual(connections);
  });

  it("goes on with what a cache has of it over several, too", async () => {
    const server = await slowServer();
    const source = { url: server.url };
    const headers = { range: "bytes=1000000-", "if-range": '"a"' };
    const answer = await askUrl(source, {}, { headers, startByte: 1_000_000 });
    const { chunks } = continued(source, answer, {}, 1_000_000, RULES);
    expect((await collect(chunks)).equals(DATA.subarray(1_000_000))).toBe(true);
    expect(server.peakParts()).toBeGreaterThan(1);
  });

  it("asks where a redirect has led to, and takes secrets to their own origin only", async () => {
    const server = await slowServer();
    const asked: (string | undefined)[] = [];
    const origin = await httpServer(({ headers }, response) => {
      asked.push(headers.authorization);
      response.writeHead(302, { location: server.url }).end();
    });
    const source = { url: origin, username: "ada", password: "pw" };
    const { chunks } = continued(source, await askUrl(source), {}, 0, RULES);
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(asked).toEqual([expect.stringMatching(/^Basic /)]);
    expect(server.peakParts()).toBeGreaterThan(1);
    expect(server.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it("asks for each part with the credentials that it has for the server", async () => {
    const server = await slowServer();
    const source = { url: server.url, username: "ada", password: "pw", headers: { "x-token": "t" } };
    const { chunks } = continued(source, await askUrl(source), {}, 0, RULES);
    await collect(chunks);
    const [first, ...others] = server.requests.map(({ authorization }) => authorization);
    expect(first).toMatch(/^Basic /);
    expect(new Set(others)).toEqual(new Set([first]));
    expect(server.requests.every((headers) => headers["x-token"] === "t")).toBe(true);
  });
});

describe("a download comes over one connection", () => {
  it.each<[string, Partial<FileServerState>]>([
    ["from a server without ranges", { ranges: false }],
    ["from a server that doesn't say how much there is", { tellsSize: false }],
    ["where nobody could tell whether it is still the same", { etag: 'W/"a"' }],
    ["that has less to come than it is worth", { data: DATA.subarray(0, 900_000) }],
  ])("%s", async (_what, state) => {
    const server = await slowServer(state);
    const { chunks } = await download(server.url);
    expect((await collect(chunks)).equals(server.state.data)).toBe(true);
    expect(server.requests).toHaveLength(1);
  });

  it("from a server that isn't what is slow", async () => {
    const server = await slowServer();
    const { chunks } = await download(server.url, {}, { ...RULES, idleShare: 1.01 });
    await collect(chunks);
    expect(server.requests).toHaveLength(1);
  });

  it("again, where two of them were no faster than one", async () => {
    const server = await slowServer({ pauseMs: 1 });
    // As if it sent 10 MB a second, over however many.
    const nowMs = () => server.sentBytes() / 10_000;
    const rules = { ...RULES, clock: { nowMs, idleMs: nowMs }, windowMs: 60, growthBy: () => 1.5 };
    const { chunks } = await download(server.url, {}, rules);
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(server.peakParts()).toBeLessThanOrEqual(2);
    const asked = rangesOf(server);
    expect(asked[1]).toBe("part");
    expect(asked.filter((each) => each === "rest").length).toBeLessThanOrEqual(1);
    expect(server.requests.length).toBeLessThan(DATA.length / SEGMENT_BYTES / 2);
  });
});

/** What those were answered that came after the first: all at once, or never. */
function refusalsOf({ statuses }: FileServer): ReadonlySet<number> {
  expect(statuses[0]).toBe(200);
  expect(statuses.length).toBeLessThanOrEqual(4);
  return new Set(statuses.slice(1));
}

describe("another connection that is refused is no failure, and the last that is tried", () => {
  it.each([403, 429, 503])("with %i", async (status) => {
    const server = await slowServer();
    const { chunks } = await download(server.url);
    server.state.refusesWith = status;
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(refusalsOf(server)).toEqual(new Set([status]));
  });

  it("where the server allows two", async () => {
    const server = await slowServer({ maxRequests: 2 });
    const { chunks } = await download(server.url);
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(server.statuses).toContain(429);
    expect(server.statuses.filter((status) => status === 429).length).toBeLessThanOrEqual(3);
    expect(server.statuses).toContain(206);
  });

  it("with bytes of another state, which never come", async () => {
    const server = await slowServer();
    const { chunks } = await download(server.url);
    server.state.etag = '"b"';
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(refusalsOf(server)).toEqual(new Set([200]));
  });

  it("with silence", async () => {
    const server = await slowServer();
    const { chunks } = await download(server.url, { idleTimeoutMs: 200 });
    server.state.isSilentAboutParts = true;
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });
});

describe("a connection that is cut", () => {
  it("beside the first is gone on with", async () => {
    const server = await slowServer();
    const { chunks } = await download(server.url);
    server.state.cuts = [1_500_000];
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    expect(server.requests.some(({ range }) => range?.startsWith("bytes=1500000-"))).toBe(true);
    expect(rangesOf(server)).not.toContain("rest");
  });

  it("and is the first is gone on with, over several again", async () => {
    const server = await slowServer({ cuts: [100_000] });
    const { chunks } = await download(server.url);
    expect(digestOf("sha256", await collect(chunks))).toBe(DIGEST);
    const asked = rangesOf(server);
    expect(asked.slice(asked.indexOf("rest"))).toContain("part");
  });
});

it("bytes that have changed are an error, and nothing of the new ones comes", async () => {
  const server = await slowServer();
  const { chunks } = await download(server.url);
  const seen: Uint8Array[] = [];
  const read = async () => {
    for await (const chunk of chunks) {
      seen.push(chunk);
      if (server.peakParts() < 2) continue;
      server.state.etag = '"b"';
      server.state.data = someBytes(8_000_000).subarray(1);
    }
  };
  expect(await rejectionOf(read())).toMatchObject({ code: "ERR_SOURCE_CHANGED" });
  const bytes = Buffer.concat(seen);
  expect(bytes.equals(DATA.subarray(0, bytes.length))).toBe(true);
});

describe("an end in the middle closes every connection", () => {
  const allClosed = (server: FileServer) =>
    vi.waitFor(() => expect([...server.sockets].every(({ destroyed }) => destroyed)).toBe(true));

  it.each<[string, (controller: AbortController) => "abort" | "leave"]>([
    ["by whoever reads", () => "leave"],
    [
      "by the signal",
      (controller) => {
        controller.abort(new Error("enough"));
        return "abort";
      },
    ],
  ])("%s", async (_who, end) => {
    const server = await slowServer();
    const controller = new AbortController();
    const { chunks } = await download(server.url, { signal: controller.signal });
    const read = async () => {
      for await (const _chunk of chunks) {
        if (server.peakParts() > 1 && end(controller) === "leave") return;
      }
    };
    const [result] = await Promise.allSettled([read()]);
    if (result.status === "rejected") expect(result.reason).toBe(controller.signal.reason);
    await allClosed(server);
  });

  it("by who has opened it, while nobody reads", async () => {
    const server = await slowServer();
    const { chunks, close } = await download(server.url);
    const iterator = chunks[Symbol.asyncIterator]();
    while (server.peakParts() < 2 && (await iterator.next()).done !== true);
    close();
    await allClosed(server);
  });
});

describe("a number of connections that can't be is refused, and nothing is asked", () => {
  const algorithms: readonly string[] = [];
  const opening: readonly [
    string,
    (source: UrlSource, options: UrlOptions, cache: Cache) => Promise<unknown>,
  ][] = [
    ["openSource", (source, options) => openSource(source, options)],
    ["openSource with a cache", (source, options, cache) => openSource(source, { ...options, cache })],
    ["openTransfer", (source, options) => openTransfer(source, { ...options, algorithms })],
    [
      "openTransfer that converts",
      (source, options, cache) => openTransfer(source, { ...options, algorithms, cache, convert: true }),
    ],
    ["inspectImage", (source, options) => inspectImage(source, options)],
  ];
  it.each(opening)("by %s", async (_name, open) => {
    const server = await slowServer();
    const cache = { directory: await temporaryFolder() };
    for (const connections of [0, 9, 1.5, Number.NaN])
      expect(await rejectionOf(open({ url: server.url }, { connections }, cache))).toMatchObject({
        code: "ERR_SPEC_INVALID",
        issues: [{ path: ["connections"], message: "must be an integer from 1 to 8" }],
      });
    expect(server.requests).toEqual([]);
  });
});
