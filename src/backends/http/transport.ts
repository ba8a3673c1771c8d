import { environmentProxies } from "../../network/environment.ts";
import type { DataTransport } from "./data.ts";
import { nodeFetch } from "./node-fetch.ts";
import { readTls, type TlsOptions } from "./tls.ts";

/** What {@link openTransport} goes by. */
export interface TransportOptions extends TlsOptions {
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly dataIdleTimeoutMs?: number | undefined;
  readonly uploadAnswerTimeoutMs?: number | undefined;
}

/** How servers are reached: by `fetch` for calls to APIs, and by `data` for image data. */
export interface Transport {
  /** `undefined`: the global one. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly data: DataTransport;
}

/**
 * The way to servers that options and the proxy variables mean. A `fetch` of the caller's own has TLS settings and
 * proxies of its own.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names the option whose file can't be used.
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const tls = await readTls(options);
  const proxies = environmentProxies();
  const isPlain = tls === undefined && Object.values(proxies).every((value) => !value?.trim());
  return {
    fetch: options.fetch ?? (isPlain ? undefined : nodeFetch({ tls, proxies })),
    data: {
      tls,
      proxies,
      idleTimeoutMs: options.dataIdleTimeoutMs,
      answerTimeoutMs: options.uploadAnswerTimeoutMs,
    },
  };
}
