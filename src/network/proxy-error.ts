import type { HttpProxy } from "./proxy.ts";

/** A proxy is why no answer came. The `code` is that of Node's error, where there is one. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";
  /** `ERR_PROXY_REFUSED`: it doesn't let this request through. `ERR_PROXY_UPSTREAM`: it doesn't reach the server. */
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The proxy didn't answer as proxies do. */
export function proxyUnreachable({ label }: HttpProxy, cause: Error): ProxyError {
  const code = "code" in cause ? String(cause.code) : "";
  const trust = /^(UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|CERT_)/.test(code)
    ? ": set NODE_EXTRA_CA_CERTS to the PEM file of the authority that signed the proxy's certificate"
    : "";
  return new ProxyError(`the proxy ${label} can't be reached: ${cause.message || code}${trust}`, code, {
    cause,
  });
}

/** The proxy answered instead of the server. */
export function proxyRefusal(proxy: HttpProxy, target: string, status: number, words = ""): ProxyError {
  const advice =
    status === 407
      ? `: give a user and password that it takes in ${proxy.variable}, as http://user:password@host:port`
      : "";
  const answer = [String(status), words].filter((word) => word !== "").join(" ");
  return new ProxyError(
    `the proxy ${proxy.label} refused to connect to ${target}: ${answer}${advice}`,
    status >= 500 ? "ERR_PROXY_UPSTREAM" : "ERR_PROXY_REFUSED",
  );
}
