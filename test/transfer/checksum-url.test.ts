import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openTransfer } from "../../src/transfer/index.ts";
import { collect, digestOf, someBytes } from "../support/bytes.ts";
import { expectNoSecret, rejectionOf } from "../support/errors.ts";
import { httpServer } from "../support/loopback.ts";

const DATA = someBytes(300_000);
const SHA256 = digestOf("sha256", DATA);
const OTHER = "0".repeat(64);
const SUMS = `${OTHER}  old-disk.qcow2\n${SHA256} *images/disk.qcow2\n${OTHER}  disk.qcow2.xz\n`;

/** A server with these files; what was asked of it. */
async function serve(files: Readonly<Record<string, string | Uint8Array | RequestListener>>) {
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const closed = vi.fn();
  const origin = await httpServer((request, response) => {
    const path = request.url ?? "";
    requests.push({ path, headers: request.headers });
    response.on("close", closed);
    const file = files[path];
    if (typeof file === "function") file(request, response);
    else if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-length": Buffer.byteLength(file) }).end(file);
  });
  return { origin, requests, closed };
}

const opened = (source: Parameters<typeof openTransfer>[0]) => openTransfer(source, { algorithms: [] });

describe("a checksum file", () => {
  it("holds the source against its entry", async () => {
    const { origin } = await serve({ "/images/disk.qcow2": DATA, "/SHA256SUMS": SUMS });
    const url = `${origin}/images/disk.qcow2`;
    const { chunks } = await opened({ url, checksum: { url: `${origin}/SHA256SUMS` } });
    expect((await collect(chunks)).equals(DATA)).toBe(true);
  });

  it("with another digest: the source is never whole", async () => {
    const { origin } = await serve({ "/disk": DATA, "/disk.sha256": `${OTHER}\n` });
    const { chunks } = await opened({ url: `${origin}/disk`, checksum: { url: `${origin}/disk.sha256` } });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of chunks) bytes += chunk.length;
    })();
    expect(await rejectionOf(reading)).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: `sha256:${OTHER}`,
      actual: `sha256:${SHA256}`,
    });
    expect(bytes).toBeLessThan(DATA.length);
  });

  it("is for local files, too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "imagewright-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "disk.qcow2");
    writeFileSync(file, DATA);
    const { origin } = await serve({ "/SHA256SUMS": SUMS });
    const { chunks } = await opened({ file, checksum: { url: `${origin}/SHA256SUMS` } });
    expect((await collect(chunks)).equals(DATA)).toBe(true);
  });

  it.each<[what: string, path: string, file: RequestListener]>([
    [
      "of the URL that a redirect leads to",
      "/latest",
      (_request, response) => response.writeHead(302, { location: "/images/disk.qcow2" }).end(),
    ],
    [
      "in Content-Disposition",
      "/download?id=1",
      (_request, response) =>
        response.writeHead(200, { "content-disposition": 'attachment; filename="disk.qcow2"' }).end(DATA),
    ],
    ["that is encoded", "/images%2Fdisk.qcow2", (_request, response) => response.writeHead(200).end(DATA)],
  ])("is asked for the name %s", async (_what, path, file) => {
    const { origin } = await serve({ "/images/disk.qcow2": DATA, "/SHA256SUMS": SUMS, [path]: file });
    const { chunks } = await opened({ url: `${origin}${path}`, checksum: { url: `${origin}/SHA256SUMS` } });
    expect((await collect(chunks)).equals(DATA)).toBe(true);
  });

  it("gets the source's credentials when it is of the same origin, and no other", async () => {
    const first = await serve({ "/disk.qcow2": DATA, "/SHA256SUMS": SUMS });
    const second = await serve({ "/SHA256SUMS": SUMS });
    const source = {
      url: `${first.origin}/disk.qcow2`,
      username: "ada",
      password: "hunter2",
      headers: { "x-key": "s3cret" },
    };
    for (const { origin } of [first, second]) {
      const { chunks } = await opened({ ...source, checksum: { url: `${origin}/SHA256SUMS` } });
      await collect(chunks);
    }
    const asked = first.requests.find(({ path }) => path === "/SHA256SUMS");
    const basic = `Basic ${Buffer.from("ada:hunter2").toString("base64")}`;
    expect(asked?.headers).toMatchObject({ authorization: basic, "x-key": "s3cret" });
    expect(second.requests).toHaveLength(1);
    expect(second.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(second.requests[0]?.headers).not.toHaveProperty("x-key");
  });
});

describe("a checksum file that can't be used is an error, and the source is closed unread", () => {
  const source = (origin: string) => ({
    url: `${origin}/disk.qcow2`,
    username: "ada",
    password: "hunter2",
    checksum: { url: `${origin}/SUMS?sig=s3cret` },
  });

  it.each<[what: string, file: string | RequestListener | undefined, expected: object]>([
    ["that isn't there", undefined, { code: "ERR_HTTP_NOT_FOUND", status: 404 }],
    [
      "without the source's name",
      `${SHA256}  other.qcow2\n`,
      {
        code: "ERR_SPEC_INVALID",
        issues: [
          {
            path: ["source", "checksum", "url"],
            message: "the file has no checksum of disk.qcow2: it lists other.qcow2",
          },
        ],
      },
    ],
    [
      "of megabytes",
      (_request, response) => response.writeHead(200).end(Buffer.alloc(9 * 1024 * 1024, "a")),
      {
        code: "ERR_SPEC_INVALID",
        issues: [
          {
            path: ["source", "checksum", "url"],
            message: "is no checksum file: it has more than 8388608 bytes",
          },
        ],
      },
    ],
    [
      "whose server goes away",
      (_request, response) =>
        response.writeHead(200, { "content-length": 100 }).write("a", () => response.destroy()),
      { code: "ERR_TRANSFER_INCOMPLETE" },
    ],
  ])("%s", async (_what, file, expected) => {
    const disk: RequestListener = (_request, response) => response.writeHead(200).write(DATA);
    const { origin, closed } = await serve({
      "/disk.qcow2": disk,
      ...(file === undefined ? {} : { "/SUMS?sig=s3cret": file }),
    });
    const error = await rejectionOf(opened(source(origin)));
    expect(error).toMatchObject(expected);
    expectNoSecret(error, "s3cret", "hunter2");
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2));
  });

  it("an abort while it is fetched is the signal's reason", async () => {
    const { origin, closed } = await serve({
      "/disk.qcow2": (_request, response) => response.writeHead(200).write(DATA),
      "/SUMS?sig=s3cret": () => undefined,
    });
    const controller = new AbortController();
    const opening = openTransfer(source(origin), { algorithms: [], signal: controller.signal });
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 30);
    expect(await rejectionOf(opening)).toBe(reason);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2));
  });
});
