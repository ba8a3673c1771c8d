/** Tokens that expire or are refused are renewed, and calls at the same time share one request for it. */
import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { MIB, randomData, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const unauthorized = { answer: { status: 401, body: "The request you have made requires authentication." } };

interface CountingFetch {
  readonly fetch: typeof globalThis.fetch;
  tokenRequests(): number;
}

/** Counts the tokens that are asked for. */
function countingFetch(): CountingFetch {
  let count = 0;
  return {
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (url.endsWith("/auth/tokens")) count += 1;
      return globalThis.fetch(input, init);
    },
    tokenRequests: () => count,
  };
}

test("one token is enough for many calls", async () => {
  const { fetch, tokenRequests } = countingFetch();
  const images = await managerOf("demo", { fetch });
  const source = { file: await temporaryFile(randomData(MIB)) };
  await images.apply([1, 2, 3].map(() => ({ name: imageName(), ...formats, source })));
  expect(tokenRequests()).toBe(1);
});

test("a token that is refused is renewed once for all calls at the time", async () => {
  const { fetch, tokenRequests } = countingFetch();
  let first: string | undefined;
  const { url, requests } = await proxyToGlance(({ token }) => {
    first ??= token;
    return token === first ? unauthorized : undefined;
  });
  const images = await managerOf("demo", { fetch, imageEndpointOverride: url });
  const specs = Array.from({ length: 6 }, () => ({ name: imageName(), ...formats }));

  const results = await images.apply(specs);

  expect(results.map(({ image }) => image?.status)).toEqual(specs.map(() => "queued"));
  expect(tokenRequests()).toBe(2);
  expect(new Set(requests.map(({ token }) => token)).size).toBe(2);
});

test("a token that is refused for an upload is renewed, and the data goes once", async () => {
  const { fetch, tokenRequests } = countingFetch();
  let refused = false;
  const { url } = await proxyToGlance(({ method }) => {
    if (method !== "PUT" || refused) return undefined;
    refused = true;
    return unauthorized;
  });
  const images = await managerOf("demo", { fetch, imageEndpointOverride: url });
  let opened = 0;
  async function* open(): AsyncGenerator<Uint8Array> {
    opened += 1;
    yield randomData(MIB);
  }
  const { image, verification } = await images.apply({
    name: imageName(),
    ...formats,
    source: { open, size: MIB },
  });

  expect(image.status).toBe("active");
  expect(verification.status).toBe("verified");
  expect([opened, tokenRequests(), refused]).toEqual([1, 2, true]);
});

test("a token that is refused for a download is renewed", async () => {
  const { fetch, tokenRequests } = countingFetch();
  let refused = false;
  const { url } = await proxyToGlance(({ method, path }) => {
    if (method !== "GET" || !path.endsWith("/file") || refused) return undefined;
    refused = true;
    return unauthorized;
  });
  const images = await managerOf("demo", { fetch, imageEndpointOverride: url });
  const data = randomData(MIB);
  const { image } = await images.apply({
    name: imageName(),
    ...formats,
    source: { file: await temporaryFile(data) },
  });
  const path = await temporaryFile(Buffer.from("before"));

  expect((await images.download(image.id, path)).sizeBytes).toBe(MIB);
  expect([tokenRequests(), refused]).toEqual([2, true]);
});

test("a fresh token that is refused, too, is an error and no circle", async () => {
  const { fetch, tokenRequests } = countingFetch();
  const { url, requests } = await proxyToGlance(() => unauthorized);
  const images = await managerOf("demo", { fetch, imageEndpointOverride: url });

  await expect(images.get("x")).rejects.toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
  expect([tokenRequests(), requests.length]).toEqual([2, 2]);
});
