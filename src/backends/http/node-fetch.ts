import type { IncomingMessage } from "node:http";
import { keepingAgents } from "../../network/agents.ts";
import { beginExchange, type TlsSettings } from "../../network/exchange.ts";
import type { ProxyVariables } from "../../network/proxy.ts";

/** Statuses whose answers have no body (Fetch Standard, "null body status"). */
const BODILESS: readonly number[] = [204, 205, 304];

/** What the global `fetch` doesn't take. */
export interface NodeFetchOptions {
  readonly tls?: TlsSettings | undefined;
  readonly proxies?: ProxyVariables | undefined;
}

/**
 * A `fetch` with TLS settings and proxies. For calls to APIs: the body of a request is sent as a whole, and a redirect
 * is an answer, never followed.
 */
export function nodeFetch({ tls, proxies }: NodeFetchOptions): typeof globalThis.fetch {
  const agents = keepingAgents();
  return async (input, init) => {
    const asked = new Request(input, init);
    const body = Buffer.from(await asked.arrayBuffer());
    const { method, url, signal } = asked;
    signal.throwIfAborted();
    const headers = Object.fromEntries(asked.headers);
    const { request, answered, close } = beginExchange(url, { method, headers, tls, proxies, agents });
    signal.addEventListener("abort", close, { once: true });
    request.once("close", () => signal.removeEventListener("abort", close));
    request.end(body.length === 0 ? undefined : body);
    try {
      const incoming = await answered;
      return responseOf(incoming);
    } catch (error) {
      close();
      throw signal.aborted ? signal.reason : error;
    }
  };
}

function responseOf(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    for (const value of values) headers.append(name, value);
  const status = incoming.statusCode ?? 0;
  if (!BODILESS.includes(status))
    return new Response(ReadableStream.from<Uint8Array>(incoming), { status, headers });
  incoming.resume();
  return new Response(null, { status, headers });
}
