/** Digests whose names differ between Python's `hashlib`, by which Glance calls them, and `node:crypto`. */
const NODE_NAMES: Readonly<Record<string, string>> = {
  blake2b: "blake2b512",
  blake2s: "blake2s256",
  sha3_224: "sha3-224",
  sha3_256: "sha3-256",
  sha3_384: "sha3-384",
  sha3_512: "sha3-512",
  sha512_224: "sha512-224",
  sha512_256: "sha512-256",
};

/**
 * The one name of a digest in this library: that of `node:crypto`, in lower case, whether it was written so, as
 * Python's `hashlib` does (`sha3_256`), or as RFCs do (`SHA-256`).
 */
export function digestName(name: string): string {
  const lower = name.trim().toLowerCase();
  if (Object.hasOwn(NODE_NAMES, lower)) return NODE_NAMES[lower] ?? lower;
  return lower.replace(/^sha-(?=\d)/, "sha");
}
