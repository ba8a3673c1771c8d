import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Disk } from "./qcow2.ts";

const text = (what: string): Buffer =>
  Buffer.from(
    Array.from({ length: 4_096 }, (_, line) => `${what} ${line % 100}`.padEnd(15).concat("\n")).join(""),
  );

/** A disk with a cluster of every kind; the last one is not whole. */
export const packed: Disk = {
  version: 3,
  clusterBits: 16,
  virtualBytes: 5 * 65_536 + 1_536,
  clusters: [
    { kind: "stored", bytes: text("first") },
    { kind: "unallocated" },
    { kind: "compressed", bytes: text("third") },
    { kind: "zero", allocated: true },
    { kind: "compressed", bytes: text("fifth") },
    { kind: "stored", bytes: text("last") },
  ],
};

/** How the qcow2 of the disk is packed in the files of the fixtures, which `make.sh` makes. */
export const PACKED: readonly string[] = [
  "disk.qcow2.gz",
  "disk.qcow2.bz2",
  "disk.qcow2.xz",
  "disk.qcow2.zst",
  "disk.tar.gz",
];

/** A file of the fixtures. */
export function fixture(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, "fixtures", name));
}
