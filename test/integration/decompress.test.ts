import { gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { fixture, large } from "../transfer/decompress/samples.ts";
import { managerOf } from "./support/cloud.ts";
import { content, serve } from "./support/file-server.ts";
import { digest, MIB, randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

function whole(data: Buffer): object {
  return {
    image: {
      status: "active",
      sizeBytes: data.length,
      hashValue: digest("sha512", data),
      checksum: digest("md5", data),
    },
    verification: { status: "verified", algorithm: "sha512" },
  };
}

// Half of it is a hole, as of a disk.
const disk = Buffer.concat([randomData(2 * MIB), Buffer.alloc(4 * MIB), randomData(2 * MIB + 3)]);

test.for<[codec: string, compressed: Buffer, data: Buffer]>([
  ["gzip", gzipSync(disk), disk],
  ["zstd", zstdCompressSync(disk), disk],
  ["xz", fixture("large.xz"), large],
  ["bzip2", fixture("large.bz2"), large],
])("%s from a URL, held against its checksum file, and from a file", async ([, compressed, data]) => {
  const images = await managerOf("demo");
  const sums = Buffer.from(
    `${digest("sha256", compressed)} *images/disk.raw.z\n${"0".repeat(64)}  disk.raw\n`,
  );
  const { origin } = await serve({ "/disk.raw.z": content(compressed), "/SHA256SUMS": content(sums) });
  const source = { url: `${origin}/disk.raw.z`, checksum: { url: `${origin}/SHA256SUMS` } };
  const fromUrl = { name: imageName(), ...formats, source, decompress: true };
  expect(await images.apply(fromUrl)).toMatchObject(whole(data));
  expect(await images.plan(fromUrl)).toMatchObject({ action: "none", content: "same" });

  const file = await temporaryFile(compressed);
  const checksum = `sha512:${digest("sha512", compressed)}`;
  const fromFile = { name: imageName(), ...formats, source: { file, checksum }, decompress: true };
  expect(await images.apply(fromFile)).toMatchObject(whole(data));
  expect(await images.plan(fromFile)).toMatchObject({ action: "none", content: "same" });
});

test("the one file in an archive", async () => {
  const images = await managerOf("demo");
  const file = await temporaryFile(fixture("sparse-gnu.tar.gz"));
  const spec = { name: imageName(), ...formats, source: file, decompress: true };
  expect(await images.apply(spec)).toMatchObject({
    image: { status: "active", sizeBytes: 2_000_000 },
    verification: { status: "verified" },
  });
});

test.for<[what: string, compressed: Buffer, checksum: string | undefined, code: string]>([
  ["of another checksum", fixture("large.xz"), `sha256:${"0".repeat(64)}`, "ERR_DIGEST_MISMATCH"],
  [
    "with the checksum of what is in it",
    gzipSync(disk),
    `sha512:${digest("sha512", disk)}`,
    "ERR_DIGEST_MISMATCH",
  ],
  ["that is cut off", gzipSync(disk).subarray(0, -5), undefined, "ERR_DECOMPRESS"],
  ["that isn't compressed", disk, undefined, "ERR_DECOMPRESS"],
])("a compressed source %s leaves no image", async ([, compressed, checksum, code]) => {
  const images = await managerOf("demo");
  const { origin } = await serve({ "/disk": content(compressed) });
  const name = imageName();
  const source = { url: `${origin}/disk`, checksum };
  await expect(images.apply({ name, ...formats, source, decompress: true })).rejects.toMatchObject({ code });
  expect(await (await glanceOf("demo")).named(name)).toEqual([]);
});
