import { type DefaultBodyType, HttpResponse, http, type StrictRequest } from "msw";
import { setupServer } from "msw/node";
import { onTestFinished } from "vitest";

/** A request that somebody made. */
export interface Call {
  readonly method: string;
  /** Without the query. */
  readonly url: string;
  readonly query: URLSearchParams;
  /** Those that say something: not what every client adds by itself. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON where it is JSON; `undefined` where there is none. */
  readonly body: unknown;
}

export interface Reply {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly text?: string;
}

export interface Network {
  /**
   * Expects requests, as many as there are replies, and answers with these in their order. What isn't expected fails
   * the test, and so does what is expected and never comes.
   *
   * @param call - `METHOD https://…`, without a query.
   */
  expect(call: string, ...replies: readonly (Reply | ((call: Call) => Reply | Promise<Reply>))[]): void;
  /** Every request, in the order of their coming. */
  readonly calls: readonly Call[];
}

/** A network without servers, for one test: fetch and `node:http` get the answers that the test has. */
export function mockNetwork(): Network {
  const calls: Call[] = [];
  const unexpected: string[] = [];
  const unused = new Map<string, number>();
  const server = setupServer();
  server.events.on("request:unhandled", ({ request }) => {
    unexpected.push(nameOf(request));
  });
  server.listen({ onUnhandledFrame: "error" });
  onTestFinished(() => {
    server.close();
    const missing = [...unused].filter(([, count]) => count > 0).map(([name, count]) => `${count} × ${name}`);
    if (unexpected.length > 0) throw new Error(`Requests that were not expected: ${unexpected.join(", ")}`);
    if (missing.length > 0) throw new Error(`Requests that never came: ${missing.join(", ")}`);
  });

  return {
    calls,
    expect(name, ...replies) {
      const left = [...replies];
      unused.set(name, (unused.get(name) ?? 0) + left.length);
      server.use(
        http.all(
          ({ request }) => left.length > 0 && nameOf(request) === name,
          async ({ request }) => {
            const reply = left.shift();
            unused.set(name, (unused.get(name) ?? 0) - 1);
            const call = await callOf(request);
            calls.push(call);
            return responseOf((typeof reply === "function" ? await reply(call) : reply) ?? {});
          },
        ),
      );
    },
  };
}

function nameOf({ method, url }: Pick<Request, "method" | "url">): string {
  return `${method} ${url.replace(/\?.*$/s, "")}`;
}

async function callOf(request: StrictRequest<DefaultBodyType>): Promise<Call> {
  const url = new URL(request.url);
  const { searchParams: query } = url;
  return {
    method: request.method,
    url: request.url.replace(/\?.*$/s, ""),
    query,
    headers: Object.fromEntries([...request.headers].filter(([name]) => !CLIENT_HEADERS.includes(name))),
    body: parsed(await request.text()),
  };
}

/** What fetch and `node:http` send whatever they are asked. */
const CLIENT_HEADERS: readonly string[] = [
  "accept-encoding",
  "accept-language",
  "connection",
  "host",
  "sec-fetch-mode",
  "user-agent",
];

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function responseOf({ status = 200, headers = {}, json, text }: Reply): Response {
  if (json !== undefined) {
    return new HttpResponse(JSON.stringify(json), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  }
  return new HttpResponse(text ?? null, { status, headers: { ...headers } });
}
