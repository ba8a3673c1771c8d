// As whole modules: msw and tracers put their own `request` into them.
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Agents } from "./agents.ts";
import { type HttpProxy, type ProxyVariables, proxyFor, serverNameOf } from "./proxy.ts";
import { proxyRefusal, proxyUnreachable } from "./proxy-error.ts";
import { TunnelAgent } from "./tunnel.ts";

/** Whom to trust, and who to be, as `node:tls` takes it. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A request by `node:http` or `node:https`. */
export interface ExchangeOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For the server, not for a proxy. Default: Node's own settings. */
  readonly tls?: TlsSettings | undefined;
  /** Which proxy leads to which server. Default: none does. */
  readonly proxies?: ProxyVariables | undefined;
  /** Default: a connection of the request's own. */
  readonly agents?: Agents | undefined;
}

/** A request whose body is the caller's to write, and its answer. */
export interface Exchange {
  readonly request: ClientRequest;
  /** Rejects when the connection ends without an answer, or a proxy refuses. Nobody has to wait for it. */
  readonly answered: Promise<IncomingMessage>;
  /** Ends the connection, or the attempt to get one. Harmless after the end. */
  close(): void;
}

/**
 * Begins a request: directly, or through the proxy that is for this server.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when a variable names something else than a proxy.
 */
export function beginExchange(url: string | URL, options: ExchangeOptions): Exchange {
  const target = new URL(url);
  const proxy = proxyFor(target, options.proxies ?? {});
  if (proxy === undefined) {
    const request = sendDirectly(target, options);
    return { request, answered: answerOf(request), close: () => request.destroy() };
  }
  if (target.protocol !== "https:") {
    const request = sendForward(target, proxy, options);
    const answered = answerThrough(proxy, target.host, request);
    return { request, answered, close: () => request.destroy() };
  }
  const { agents, method, headers, tls } = options;
  const tunnel = new AbortController();
  const agent = agents?.tunnel(proxy) ?? new TunnelAgent(proxy);
  const request = https.request(target, {
    method,
    headers: { ...headers },
    ...tls,
    agent,
    ...{ tunnelSignal: tunnel.signal },
  });
  const close = (): void => {
    request.destroy();
    tunnel.abort();
  };
  return { request, answered: answerOf(request), close };
}

function sendDirectly(url: URL, { method, headers, tls, agents }: ExchangeOptions): ClientRequest {
  return url.protocol === "https:"
    ? https.request(url, { method, headers: { ...headers }, ...tls, agent: agents?.secure ?? false })
    : http.request(url, { method, headers: { ...headers }, agent: agents?.plain ?? false });
}

/** The whole URL instead of its path (RFC 9112, section 3.2.2): the proxy asks the server. */
function sendForward(
  url: URL,
  proxy: HttpProxy,
  { method, headers, agents }: ExchangeOptions,
): ClientRequest {
  const { protocol, host, port, authorization } = proxy;
  const whole = new URL(url);
  whole.username = "";
  whole.password = "";
  whole.hash = "";
  const forProxy = authorization === undefined ? {} : { "proxy-authorization": authorization };
  const options = {
    host,
    port,
    path: whole.href,
    method,
    headers: { host: url.host, ...headers, ...forProxy },
    servername: serverNameOf(proxy),
  };
  return protocol === "https:"
    ? https.request({ ...options, agent: agents?.secure ?? false })
    : http.request({ ...options, agent: agents?.plain ?? false });
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", resolve);
    request.on("error", reject);
    request.once("close", () => reject(new Error("the connection was closed")));
  });
  answered.catch(() => undefined);
  return answered;
}

/** Through a tunnel, errors say by themselves whose they are; here the proxy is all that is connected to. */
function answerThrough(proxy: HttpProxy, target: string, request: ClientRequest): Promise<IncomingMessage> {
  let reached = false;
  request.once("socket", (socket) => {
    reached = request.reusedSocket;
    socket.once(proxy.protocol === "https:" ? "secureConnect" : "connect", () => {
      reached = true;
    });
  });
  const answered = answerOf(request).then(
    (response) => {
      const { statusCode, statusMessage } = response;
      if (statusCode !== 407) return response;
      request.destroy();
      throw proxyRefusal(proxy, target, statusCode, statusMessage);
    },
    (error: Error) => {
      throw reached ? error : proxyUnreachable(proxy, error);
    },
  );
  answered.catch(() => undefined);
  return answered;
}
