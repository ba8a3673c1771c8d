import { BlockList, isIP } from "node:net";
import { SpecError } from "../model/index.ts";

/** The variables that say which proxy is used for which server. */
export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** A proxy on the way to a server. */
export interface HttpProxy {
  readonly protocol: "http:" | "https:";
  /** A name or an address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
  /** Secret. The value of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
  /** Which variable names it. */
  readonly variable: string;
  /** For messages, without credentials: `http://proxy.example:3128 (HTTPS_PROXY)`. */
  readonly label: string;
}

/**
 * The proxy that the variables name for a URL, as curl and Python's requests read them: `http_proxy`, `https_proxy`
 * or `all_proxy`, unless `no_proxy` names the server; each in lower case first.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names the variable whose value is no proxy.
 */
export function proxyFor(url: URL, variables: ProxyVariables): HttpProxy | undefined {
  const [variable, value] =
    firstSet(variables, `${url.protocol.slice(0, -1)}_proxy`) ?? firstSet(variables, "all_proxy") ?? [];
  if (variable === undefined || value === undefined) return undefined;
  const [, exceptions = ""] = firstSet(variables, "no_proxy") ?? [];
  return isExcepted(url, exceptions) ? undefined : parseProxy(variable, value);
}

function firstSet(variables: ProxyVariables, name: string): readonly [string, string] | undefined {
  for (const variant of [name, name.toUpperCase()]) {
    const value = variables[variant]?.trim();
    if (value) return [variant, value];
  }
  return undefined;
}

function parseProxy(variable: string, value: string): HttpProxy {
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  // The value itself may hold a password.
  if (url === null || url.hostname === "") throw invalid(variable, "is not the URL of a proxy");
  const { protocol } = url;
  if (protocol !== "http:" && protocol !== "https:") {
    throw invalid(
      variable,
      `names a proxy of the kind ${protocol.slice(0, -1)}: only http and https are supported`,
    );
  }
  return {
    protocol,
    host: bare(url.hostname),
    port: Number(url.port || defaultPort(protocol)),
    authorization: authorizationOf(url, variable),
    variable,
    label: `${protocol}//${url.host} (${variable})`,
  };
}

/** By what name the certificate of a proxy is asked for: `Host` is the server's. */
export function serverNameOf({ host }: HttpProxy): string {
  return isIP(host) === 0 ? host : "";
}

function authorizationOf({ username, password }: URL, variable: string): string | undefined {
  if (username === "" && password === "") return undefined;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
  } catch {
    throw invalid(variable, "has a user or password in which a % is not written as %25");
  }
}

/** Names count for what is below them, too, with or without a dot before them; so do networks: `10.0.0.0/8`. */
function isExcepted(url: URL, exceptions: string): boolean {
  const host = bare(url.hostname).replace(/\.$/, "");
  const port = url.port || defaultPort(url.protocol);
  return exceptions
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => entry === "*" || matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry.includes("/")) return isWithin(host, entry);
  const [, bracketed, plain, entryPort] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain ?? entry;
  if (entryPort !== undefined && entryPort !== port) return false;
  if (isIP(name)) return isIP(host) !== 0 && isWithin(host, `${name}/${isIP(name) === 4 ? 32 : 128}`);
  const domain = name.replace(/^\*?\./, "").replace(/\.$/, "");
  return domain !== "" && (host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`)));
}

function isWithin(host: string, network: string): boolean {
  const [address = "", prefix = ""] = network.replaceAll(/[[\]]/g, "").split("/");
  const family = isIP(address) === 4 ? "ipv4" : "ipv6";
  const bits = Number(prefix);
  if (isIP(address) === 0 || isIP(host) !== isIP(address)) return false;
  if (!/^\d+$/.test(prefix) || bits > (family === "ipv4" ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return list.check(host, family);
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

function defaultPort(protocol: string): string {
  return protocol === "https:" ? "443" : "80";
}

function invalid(variable: string, message: string): SpecError {
  return new SpecError(
    [{ path: [variable], message: `${message}: give http://host:port, or set NO_PROXY` }],
    {
      subject: "The environment",
    },
  );
}
