import type { CallOptions } from "../backend.ts";
import type { AccessKey } from "./signature.ts";

/** An access key that is good now. */
export interface KeySource {
  key(options?: CallOptions): Promise<AccessKey>;
  /** A key other than `refused`; `undefined` where there is no other. */
  renew(refused: AccessKey, options?: CallOptions): Promise<AccessKey | undefined>;
}

/** The one key that was given. */
export function givenKey(key: AccessKey): KeySource {
  return {
    async key({ signal } = {}) {
      signal?.throwIfAborted();
      return key;
    },
    renew: async () => undefined,
  };
}
