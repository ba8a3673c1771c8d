/** What is packed by the tools that everybody uses, against what `qemu-img convert` makes of what they unpack. */

import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openTransfer } from "../../src/transfer/index.ts";
import { run } from "./support/run.ts";

/** Disks of qemu-img, by what they are made with. */
const DISKS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  "compressed-zlib": ["-c"],
  "compressed-zstd": ["-c", "-o", "compression_type=zstd"],
  old: ["-o", "compat=0.10"],
  subclusters: ["-o", "extended_l2=on"],
};

/** How a file is packed, and unpacked again; shell commands of `$1`, that is packed, and `$2`, what it is packed in. */
const PACKERS: Readonly<Record<string, readonly [pack: string, unpack: string]>> = {
  gz: ['gzip -c "$1" > "$2"', 'gzip -dc "$2" > "$1"'],
  bz2: ['bzip2 -c "$1" > "$2"', 'bzip2 -dc "$2" > "$1"'],
  xz: ['xz -1 -T2 -c "$1" > "$2"', 'xz -dc "$2" > "$1"'],
  zst: ['zstd -qc "$1" > "$2"', 'zstd -qdc "$2" > "$1"'],
  tar: ['tar -cf "$2" "$1"', 'tar -xOf "$2" > "$1"'],
  "tar.gz": ['tar -S --format=gnu -czf "$2" "$1"', 'tar -xOzf "$2" > "$1"'],
  "tar.xz": ['tar -S --format=posix -cJf "$2" "$1"', 'tar -xOJf "$2" > "$1"'],
  "tar.zst": ['tar --zstd -cf "$2" "$1"', 'tar --zstd -xOf "$2" > "$1"'],
};

const DISK_BYTES = 12 * 2 ** 20 + 512;

let directory: string;
let temporary: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "imagewright-oracle-"));
  temporary = join(directory, "temporary");
  await mkdir(temporary);
  // Text, noise and holes.
  await shell('truncate -s "$1" disk && seq 100000 | dd of=disk conv=notrunc status=none', `${DISK_BYTES}`);
  await shell("dd if=/dev/urandom of=disk bs=1M count=1 seek=9 conv=notrunc status=none");
  for (const [name, options] of Object.entries(DISKS))
    await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", ...options, "disk", name], directory);
});

beforeEach(() => {
  vi.stubEnv("TMPDIR", temporary);
  return () => vi.unstubAllEnvs();
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe.each(Object.keys(DISKS))("the disk %s", (disk) => {
  test.each(Object.entries(PACKERS))(
    "in %s becomes what qemu-img makes of it",
    async (suffix, [pack, unpack]) => {
      const packed = `${disk}.${suffix}`;
      const unpacked = `${packed}.unpacked`;
      await shell(pack, disk, packed);
      await shell(unpack, unpacked, packed);
      await run("qemu-img", ["convert", "-O", "raw", unpacked, `${unpacked}.raw`], directory);
      const expected = await readFile(join(directory, `${unpacked}.raw`));

      const file = join(directory, packed);
      const options = { algorithms: ["sha256"], decompress: true, convert: true };
      const transfer = await openTransfer({ file }, options);
      expect(transfer).toMatchObject({
        sizeBytes: DISK_BYTES,
        sourceSizeBytes: (await stat(file)).size,
      });
      const parts: Uint8Array[] = [];
      for await (const chunk of transfer.chunks) parts.push(chunk);
      expect(Buffer.concat(parts).equals(expected)).toBe(true);
      const [sha256] = (await shell('sha256sum -b < "$1"', `${unpacked}.raw`)).split(" ");
      expect(transfer.passed()?.digests["sha256"]).toBe(sha256);
      expect(await readdir(temporary)).toEqual([]);
    },
  );
});

function shell(command: string, ...parameters: readonly string[]): Promise<string> {
  return run("sh", ["-ec", command, "sh", ...parameters], directory);
}
