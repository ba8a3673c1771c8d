import http from "node:http";
import https from "node:https";
import type { HttpProxy } from "./proxy.ts";
import { TunnelAgent } from "./tunnel.ts";

/** Where connections come from that are kept for later requests. */
export interface Agents {
  /** Connections without TLS, to servers and proxies. */
  readonly plain: http.Agent;
  readonly secure: http.Agent;
  /** Connections to servers through a proxy. */
  tunnel(proxy: HttpProxy): http.Agent;
  /** Ends all of their connections. */
  close(): void;
}

/** Agents for the requests of one client: the proxy variables stay as they are. */
export function keepingAgents(): Agents {
  // Otherwise like Node's own agent.
  const options = { keepAlive: true, scheduling: "lifo", timeout: 5_000 } as const;
  const plain = new http.Agent(options);
  const secure = new https.Agent(options);
  let tunnels: http.Agent | undefined;
  return {
    plain,
    secure,
    tunnel(proxy) {
      tunnels ??= new TunnelAgent(proxy, options);
      return tunnels;
    },
    close() {
      for (const agent of [plain, secure, tunnels]) agent?.destroy();
    },
  };
}
