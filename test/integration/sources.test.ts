import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { chunkedContent, content, redirect, serve } from "./support/file-server.ts";
import { digest, inParts, MIB, randomData, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(4 * MIB + 3);
const whole = {
  image: {
    status: "active",
    sizeBytes: data.length,
    hashValue: digest("sha512", data),
    checksum: digest("md5", data),
  },
  verification: { status: "verified", algorithm: "sha512" },
};

test("a file", async () => {
  const images = await managerOf("demo");
  const file = await temporaryFile(data);
  expect(await images.apply({ name: imageName(), ...formats, source: file })).toMatchObject(whole);
});

test("a program's own data, of a size that is known", async () => {
  const images = await managerOf("demo");
  const source = { open: () => inParts(data), size: data.length };
  expect(await images.apply({ name: imageName(), ...formats, source })).toMatchObject(whole);
});

test("a program's own data, of a size that nobody knows", async () => {
  const images = await managerOf("demo");
  const source = { open: () => inParts(data) };
  expect(await images.apply({ name: imageName(), ...formats, source })).toMatchObject(whole);
});

test("one byte", async () => {
  const images = await managerOf("demo");
  const source = { open: () => inParts(Uint8Array.of(7)) };
  expect(await images.apply({ name: imageName(), ...formats, source })).toMatchObject({
    image: { sizeBytes: 1 },
  });
});

test("a URL whose server does not say how long the answer is", async () => {
  const { origin } = await serve({ "/disk": chunkedContent(data) });
  const images = await managerOf("demo");
  expect(await images.apply({ name: imageName(), ...formats, source: `${origin}/disk` })).toMatchObject(
    whole,
  );
});

test("a URL that redirects", async () => {
  const { origin } = await serve({
    "/disk": redirect("there"),
    "/there": redirect("/disk.img"),
    "/disk.img": content(data),
  });
  const images = await managerOf("demo");
  expect(await images.apply({ name: imageName(), ...formats, source: `${origin}/disk` })).toMatchObject(
    whole,
  );
});

test("a URL with a user and headers, which only its own origin gets to see", async () => {
  const target = await serve({ "/disk.img": content(data) });
  const front = await serve({ "/disk": redirect("/again"), "/again": redirect(`${target.origin}/disk.img`) });
  const images = await managerOf("demo");
  const source = {
    url: `${front.origin}/disk`,
    username: "user",
    password: "pass:word",
    headers: { "X-Api-Key": "key", cookie: "session=1" },
  };

  expect(await images.apply({ name: imageName(), ...formats, source })).toMatchObject(whole);
  const authorization = `Basic ${Buffer.from("user:pass:word").toString("base64")}`;
  expect(front.requests).toHaveLength(2);
  for (const { headers } of front.requests) {
    expect(headers).toMatchObject({ authorization, "x-api-key": "key", cookie: "session=1" });
  }
  const [seen] = target.requests;
  expect(seen?.headers).not.toHaveProperty("authorization");
  expect(seen?.headers).not.toHaveProperty("x-api-key");
  expect(seen?.headers).not.toHaveProperty("cookie");
});

test("a URL with user information in it, which the image does not remember", async () => {
  const { origin, requests } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const source = origin.replace("http://", "http://user:p%40ss@").concat("/disk");
  const { image, plan } = await images.apply({ name: imageName(), ...formats, source });

  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
  expect(JSON.stringify([image, plan])).not.toMatch(/p@ss|p%40ss/);
});

test.for(["md5", "sha1", "sha256", "sha384", "sha512"])("a right checksum of %s", async (algorithm) => {
  const { origin } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const source = { url: `${origin}/disk`, checksum: `${algorithm}:${digest(algorithm, data).toUpperCase()}` };
  const spec = { name: imageName(), ...formats, source };

  expect(await images.apply(spec)).toMatchObject(whole);
  expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
});

test("data that nobody wants verified", async () => {
  const images = await managerOf("demo");
  const source = { file: await temporaryFile(data) };
  expect(await images.apply({ name: imageName(), ...formats, source, verifyChecksum: false })).toMatchObject({
    image: whole.image,
    verification: { status: "skipped" },
  });
});
