import { createHash } from "node:crypto";
import { once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { refusal } from "../../../src/backends/record.ts";
import { ImageManager, type ImageSpecInput, NetworkError } from "../../../src/index.ts";
import { httpServer } from "../../support/loopback.ts";
import { failureOf, imagesOf, specOf } from "../support/cloud.ts";
import { endless, type ImportingCloud, importingCloud, telling } from "../support/importing-cloud.ts";

const CONTENT = "what is behind the URL";
const sha256 = `sha256:${createHash("sha256").update(CONTENT).digest("hex")}`;
const wrong = (algorithm: string, digits: number) => `${algorithm}:${"0".repeat(digits)}`;

/** A web server whose file the cloud is to fetch, and how often it was asked for it. */
async function fileServer(answer: RequestListener = (_request, response) => response.end(CONTENT)) {
  let requests = 0;
  const url = await httpServer((request, response) => {
    requests++;
    answer(request, response);
  });
  return { url, requests: () => requests };
}

async function apply(
  backend: ImportingCloud,
  source: ImageSpecInput["source"],
  options: { readonly signal?: AbortSignal } = {},
) {
  const images = new ImageManager(backend, { statusTimeoutMs: 300 });
  return images.apply(await images.plan(specOf({ source }), { fallback: "client" }), options);
}

/** A cloud that refuses every import. */
function refusing(error: unknown = refusal(403, "URI does not pass filtering")): ImportingCloud {
  return importingCloud({ start: () => Promise.reject(error) });
}

describe("fallback: client", () => {
  it("isn't needed where the cloud does it", async () => {
    const { url, requests } = await fileServer();
    const result = await apply(importingCloud({ files: { [url]: CONTENT } }), { webDownload: url });
    expect(result).toMatchObject({ method: "web-download" });
    expect(result.fallbackReason).toBeUndefined();
    expect(requests()).toBe(0);
  });

  it.each<[string, ImportingCloud, object]>([
    ["refuses", refusing(), { name: "HttpError", status: 403 }],
    ["fails", importingCloud(), { code: "ERR_IMAGE_FAILED", stores: ["fast"] }],
    [
      "doesn't offer it",
      importingCloud({ methods: [] }),
      { code: "ERR_UNSUPPORTED", capability: "source.webDownload" },
    ],
  ])("fetches and uploads where the cloud %s, and says why", async (_title, backend, fallbackReason) => {
    const { url, requests } = await fileServer();
    expect(await apply(backend, { webDownload: url, checksum: sha256 })).toMatchObject({
      method: "upload",
      fallbackReason,
      image: { status: "active", sizeBytes: CONTENT.length },
      verification: { status: "verified", algorithm: "sha512" },
    });
    expect(requests()).toBe(1);
  });

  it("holds what it fetches against the checksum", async () => {
    const { url } = await fileServer();
    const backend = refusing();
    const source = { webDownload: url, checksum: wrong("sha256", 64) };
    expect(await failureOf(apply(backend, source))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: source.checksum,
      actual: sha256,
    });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("lets go of what it fetches when the cloud doesn't take that either", async () => {
    const { promise: begun, resolve } = Promise.withResolvers<ServerResponse>();
    const { url } = await fileServer((_request, response) => {
      response.write(Buffer.alloc(2 ** 20));
      resolve(response);
    });
    const upload = () => Promise.reject(refusal(403, "no room"));
    const applied = failureOf(apply({ ...refusing(), upload }, { webDownload: url }));
    const closed = begun.then((response) => once(response, "close"));
    expect(await applied).toMatchObject({ status: 403 });
    await closed;
  });
});

it("fallback: client is refused by a backend that takes no data, when it comes to that", async () => {
  const { url } = await fileServer();
  const { upload: _upload, ...backend } = refusing();
  const images = new ImageManager(backend);
  const plan = await images.plan(specOf({ source: { webDownload: url } }), { fallback: "client" });
  expect(await failureOf(images.apply(plan))).toMatchObject({
    code: "ERR_UNSUPPORTED",
    backend: "memory",
    capability: "source",
  });
  expect(await imagesOf(backend)).toEqual([]);
});

describe("fallback: client makes nothing up", () => {
  it.each<[string, ImportingCloud, object]>([
    [
      "for silence",
      refusing(new NetworkError("no answer", { code: "ERR_TIMEOUT", phase: "request" })),
      { code: "ERR_TIMEOUT" },
    ],
    [
      "for an image that can't be filled any more",
      telling(importingCloud(), ({ image }) => ({
        status: "failed",
        image: image && { ...image, status: "killed" },
        reason: "its data is lost",
        failedStores: [],
      })),
      { code: "ERR_IMAGE_FAILED", status: "killed" },
    ],
    ["for an import that doesn't end", endless(importingCloud()), { code: "ERR_IMAGE_TIMEOUT" }],
    ["for a fault", refusing(new TypeError("a bug")), { name: "TypeError", message: "a bug" }],
    [
      "for another library's error of the same name",
      refusing(Object.assign(new Error("theirs"), { name: "HttpError" })),
      { message: "theirs" },
    ],
  ])("%s", async (_title, backend, failure) => {
    const { url, requests } = await fileServer();
    expect(await failureOf(apply(backend, { webDownload: url }))).toMatchObject(failure);
    expect(await imagesOf(backend)).toEqual([]);
    expect(requests()).toBe(0);
  });

  it("for wrong data", async () => {
    const { url, requests } = await fileServer();
    const backend = importingCloud({ files: { [url]: CONTENT } });
    const source = { webDownload: url, checksum: wrong("md5", 32) };
    expect(await failureOf(apply(backend, source))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(await imagesOf(backend)).toEqual([]);
    expect(requests()).toBe(0);
  });

  it("for an abort", async () => {
    const { url, requests } = await fileServer();
    const controller = new AbortController();
    const backend = importingCloud({
      async start() {
        controller.abort("enough");
        throw refusal(403, "URI does not pass filtering");
      },
    });
    const { signal } = controller;
    expect(await failureOf(apply(backend, { webDownload: url }, { signal }))).toBe("enough");
    expect(await imagesOf(backend)).toEqual([]);
    expect(requests()).toBe(0);
  });
});
