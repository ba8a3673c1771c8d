// As whole modules: msw and tracers put their own `request` into them.
import http, { type ClientRequest } from "node:http";
import https from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { type HttpProxy, serverNameOf } from "./proxy.ts";
import { proxyRefusal, proxyUnreachable } from "./proxy-error.ts";

/** An option of a request: ends a tunnel that isn't there yet, which Node.js knows nothing of. */
export interface TunnelOptions {
  readonly tunnelSignal?: AbortSignal | undefined;
}

/**
 * An agent whose connections lead through a proxy (RFC 9110, section 9.3.6) to servers that speak TLS. TLS settings
 * are for the server: the proxy is to be trusted by Node's own, and is shown no certificate.
 */
export class TunnelAgent extends https.Agent {
  readonly #proxy: HttpProxy;

  constructor(proxy: HttpProxy, options: https.AgentOptions = {}) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: https.RequestOptions & TunnelOptions,
    done: (error: Error | null, socket: Duplex) => void = () => undefined,
  ): undefined {
    const host = options.host ?? "localhost";
    const target = `${bracketed(host)}:${options.port}`;
    const request = connectRequest(this.#proxy, target, options.tunnelSignal);
    // Node's types ask for a socket beside an error; its agent doesn't look at it.
    const fail = (error: Error): void => done(error, new Socket());
    request.once("connect", ({ statusCode = 0, statusMessage }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(proxyRefusal(this.#proxy, target, statusCode, statusMessage));
      }
      if (head.length > 0) socket.unshift(head);
      const { ca, cert, key, rejectUnauthorized, servername } = options;
      const trust = rejectUnauthorized === undefined ? {} : { rejectUnauthorized };
      const settings = { ca, cert, key, servername, ...trust };
      done(null, tls.connect({ ...settings, host, socket, ALPNProtocols: ["http/1.1"] }));
    });
    request.on("error", (error) => fail(proxyUnreachable(this.#proxy, error)));
    request.end();
    return undefined;
  }
}

function connectRequest(proxy: HttpProxy, target: string, signal: AbortSignal | undefined): ClientRequest {
  const { protocol, host, port, authorization } = proxy;
  const send = protocol === "https:" ? https.request : http.request;
  return send({
    method: "CONNECT",
    host,
    port,
    path: target,
    servername: serverNameOf(proxy),
    headers: {
      host: target,
      ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
    },
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** An IPv6 address as it stands in a URL. */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
