import { type Checksum, parseChecksum, SpecError, UnsupportedError } from "../model/index.ts";
import { isComputable } from "./digest.ts";
import type { LocalSource } from "./source.ts";

/**
 * The checksum that a source declares.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` for one that is published elsewhere.
 * @throws SpecError `ERR_SPEC_INVALID` for one that can't be compared.
 */
export function declaredChecksum(source: LocalSource): Checksum | undefined {
  const declared = "checksum" in source ? source.checksum : undefined;
  if (declared === undefined) return undefined;
  if (typeof declared === "object") {
    throw new UnsupportedError({
      backend: "transfer",
      capability: "source.checksum.url",
      alternative: 'give the checksum itself, as "<algorithm>:<hex>"',
    });
  }
  const checksum = parseChecksum(declared);
  if (checksum !== undefined && isComputable(checksum.algorithm)) return checksum;
  const message =
    checksum === undefined
      ? 'must be "<algorithm>:<hex>"'
      : `this Node.js can't compute ${checksum.algorithm}`;
  throw new SpecError([{ path: ["source", "checksum"], message }]);
}
