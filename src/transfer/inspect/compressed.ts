import { textOf } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";

const SIGNATURES: readonly (readonly [compression: string, signature: string])[] = [
  ["gzip", "\x1f\x8b\x08"],
  ["bzip2", "BZh"],
  ["xz", "\xfd7zXZ\0"],
  ["zstd", "\x28\xb5\x2f\xfd"],
];

/** Compressed data: no format of a disk, so raw to a cloud, but seldom what somebody wants to send. */
export function* compressed(): Generator<Region, Finding | undefined, Uint8Array> {
  const beginning = textOf(yield { offset: 0, length: 6 });
  const found = SIGNATURES.find(([, signature]) => beginning.startsWith(signature));
  if (found === undefined) return undefined;
  return { format: "raw", disk: { offsetBytes: 0 }, problems: [], details: { compressedWith: found[0] } };
}
