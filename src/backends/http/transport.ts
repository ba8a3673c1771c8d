import { nodeFetch } from "./node-fetch.ts";
import { readTls, type TlsOptions, type TlsSettings } from "./tls.ts";

/** How servers are reached: by `fetch` for calls to APIs, and with `tls` for image data. */
export interface Transport {
  /** `undefined`: the global one. */
  readonly fetch: typeof globalThis.fetch | undefined;
  /** `undefined`: Node's own settings. */
  readonly tls: TlsSettings | undefined;
}

/**
 * The way to servers that options mean. A `fetch` of the caller's own has TLS settings of its own.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names the option whose file can't be used.
 */
export async function openTransport(
  options: TlsOptions & { readonly fetch?: typeof globalThis.fetch | undefined },
): Promise<Transport> {
  const tls = await readTls(options);
  return { tls, fetch: options.fetch ?? (tls === undefined ? undefined : nodeFetch(tls)) };
}
