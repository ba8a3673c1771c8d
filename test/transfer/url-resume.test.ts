import { describe, expect, it } from "vitest";
import { openSource } from "../../src/transfer/index.ts";
import { collect, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { type FileServerState, fileServer } from "../support/file-server.ts";

const DATA = someBytes(1_000_000);

async function download(state: Partial<FileServerState>) {
  const server = await fileServer({ data: DATA, ...state });
  return { server, chunks: (await openSource({ url: server.url })).chunks };
}

describe("a download that is cut", () => {
  it.each<[string, Partial<FileServerState>]>([
    ["an entity tag", { etag: '"a"' }],
    ["a date", { lastModified: "Wed, 21 Oct 2026 07:28:00 GMT" }],
    [
      "an entity tag, of a server that doesn't say how many bytes there are",
      { etag: '"a"', tellsSize: false },
    ],
  ])("goes on where it was, by %s", async (_what, state) => {
    const { server, chunks } = await download({ ...state, cuts: [300_000, 700_000] });
    expect((await collect(chunks)).equals(DATA)).toBe(true);
    expect(server.statuses).toEqual([200, 206, 206]);
    expect(server.sentBytes()).toBe(DATA.length);
  });
  it("goes on where the server knows no ranges but says that the bytes are the same", async () => {
    const { server, chunks } = await download({ etag: '"a"', ranges: false, cuts: [300_000] });
    expect((await collect(chunks)).equals(DATA)).toBe(true);
    expect(server.statuses).toEqual([200, 200]);
  });
  it("goes on as often as there was a byte in between", async () => {
    const cuts = Array.from({ length: 12 }, (_, index) => (index + 1) * 70_000);
    const { server, chunks } = await download({ etag: '"a"', cuts });
    expect((await collect(chunks)).equals(DATA)).toBe(true);
    expect(server.statuses).toHaveLength(13);
  });
  it("asks with the same credentials", async () => {
    const server = await fileServer({ data: DATA, etag: '"a"', cuts: [300_000] });
    const { chunks } = await openSource({ url: server.url, username: "ada", password: "pw" });
    await collect(chunks);
    const [first, second] = server.requests.map(({ authorization }) => authorization);
    expect(first).toMatch(/^Basic /);
    expect(second).toBe(first);
  });
  it("is an error where nobody can tell whether the bytes are the same", async () => {
    for (const state of [{}, { etag: 'W/"a"' }]) {
      const { chunks } = await download({ ...state, cuts: [300_000] });
      expect(await rejectionOf(collect(chunks))).toMatchObject({
        code: "ERR_TRANSFER_INCOMPLETE",
        offset: 300_000,
      });
    }
  });
  it("is an error when the bytes have changed: nothing of the new ones comes", async () => {
    const { server, chunks } = await download({ etag: '"a"', cuts: [300_000] });
    const seen: Uint8Array[] = [];
    const read = async () => {
      for await (const chunk of chunks) {
        seen.push(chunk);
        server.state.etag = '"b"';
        server.state.data = someBytes(2_000_000);
      }
    };
    expect(await rejectionOf(read())).toMatchObject({ code: "ERR_SOURCE_CHANGED", offset: 300_000 });
    expect(Buffer.concat(seen).equals(DATA.subarray(0, 300_000))).toBe(true);
  });
  it("is an error when the server refuses to go on", async () => {
    const { server, chunks } = await download({ etag: '"a"', cuts: [300_000] });
    const read = async () => {
      for await (const _chunk of chunks) server.state.refusesWith = 403;
    };
    expect(await rejectionOf(read())).toMatchObject({ code: "ERR_HTTP_FORBIDDEN" });
  });
});
