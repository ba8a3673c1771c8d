// As whole modules: msw and tracers put their own `request` into them.
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { TlsSettings } from "./tls.ts";

/** Statuses whose answers have no body (Fetch Standard, "null body status"). */
const BODILESS: readonly number[] = [204, 205, 304];

/**
 * A `fetch` with TLS settings, which the global one doesn't take. For calls to APIs: the body of a request is sent as
 * a whole, and a redirect is an answer, never followed.
 */
export function nodeFetch(tls: TlsSettings): typeof globalThis.fetch {
  // Otherwise like Node's own agent.
  const agent = new https.Agent({ ...tls, keepAlive: true, scheduling: "lifo", timeout: 5_000 });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    const { method, url, signal } = request;
    const options = { method, signal, headers: Object.fromEntries(request.headers) };
    return new Promise((resolve, reject) => {
      const outgoing = url.startsWith("https:")
        ? https.request(url, { ...options, agent })
        : http.request(url, options);
      outgoing.on("error", (error) => reject(signal.aborted ? signal.reason : error));
      outgoing.once("response", (incoming) => {
        try {
          resolve(responseOf(incoming));
        } catch (error) {
          incoming.destroy();
          reject(error);
        }
      });
      outgoing.end(body.length === 0 ? undefined : body);
    });
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
