import { digestName } from "./digest-names.ts";

/** A digest and the algorithm that made it. */
export interface Checksum {
  /** As `node:crypto` names it, in lower case: `md5`, `sha256`, `sha512`, … */
  readonly algorithm: string;
  /** Lower-case hexadecimal. */
  readonly hex: string;
}

const DIGEST_BYTES: Readonly<Record<string, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/** Reads `algorithm:hex`; `undefined` when it is not that, or not as long as a digest of that algorithm is. */
export function parseChecksum(text: string): Checksum | undefined {
  const parts = /^([a-z0-9/_-]+):((?:[0-9a-f]{2})+)$/.exec(text.trim().toLowerCase()) ?? [];
  const [, name = "", hex = ""] = parts;
  if (hex === "") return undefined;
  const algorithm = digestName(name);
  const bytes = DIGEST_BYTES[algorithm] ?? hex.length / 2;
  return hex.length === bytes * 2 ? { algorithm, hex } : undefined;
}

/** Writes `algorithm:hex`. */
export function formatChecksum({ algorithm, hex }: Checksum): string {
  return `${algorithm}:${hex}`;
}
