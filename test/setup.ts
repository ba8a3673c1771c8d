/** Unit tests reach no network: a connection to anything but this machine fails, and so does the test that made it. */
import { isIP, Socket } from "node:net";
import { afterEach } from "vitest";

// The proxies of whoever runs them are not theirs.
for (const name of ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]) {
  delete process.env[name];
  delete process.env[name.toUpperCase()];
}

const refused: string[] = [];
const connect = Socket.prototype.connect;

Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]): Socket {
  // msw's own sockets: it answers on them, and what it doesn't answer comes here once more.
  if (Object.hasOwn(this, "connect")) return Reflect.apply(connect, this, parameters);
  const host = hostOf(parameters);
  if (host === undefined || isLoopback(host)) return Reflect.apply(connect, this, parameters);
  refused.push(host);
  // Not at once: whoever connects by TLS still sets up the socket.
  process.nextTick(() =>
    this.destroy(new Error(`A unit test connects to ${host}: only this machine is allowed`)),
  );
  return this;
};

afterEach(() => {
  const hosts = refused.splice(0);
  if (hosts.length > 0)
    throw new Error(`This test connected to ${hosts.join(", ")}: only this machine is allowed`);
});

/** `undefined` for the socket of a file system, and where Node would take localhost. */
function hostOf([first, second]: readonly unknown[]): string | undefined {
  // net.connect and tls.connect pass on their arguments as one array: [options, callback].
  const options = Array.isArray(first) ? first[0] : first;
  if (typeof options !== "object" || options === null) return typeof second === "string" ? second : undefined;
  const { path, host } = options as { path?: unknown; host?: unknown };
  return typeof path === "string" || typeof host !== "string" ? undefined : host;
}

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) === 4) return address.startsWith("127.");
  return address === "localhost" || address === "::1";
}
