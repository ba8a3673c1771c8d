/** A request, as a transport hands it to the fake. */
export interface FakeRequest {
  readonly method: string;
  /** Absolute: the catalog gives addresses of the same origin. */
  readonly url: URL;
  readonly headers: Headers;
  /** Read when it is asked for: a request that is refused before is never read. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An answer. */
export interface FakeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** What a part of the fake answers instead of what was asked for. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message = "", headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export function json(status: number, value: unknown, headers: FakeResponse["headers"] = {}): FakeResponse {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export const NO_CONTENT: FakeResponse = { status: 204, headers: {} };

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  416: "Requested Range Not Satisfiable",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export function titleOf(status: number): string {
  return TITLES[status] ?? "Error";
}

/** All of a body. */
async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The JSON of a request. */
export async function jsonOf({ body }: FakeRequest): Promise<unknown> {
  const text = Buffer.from(await bytesOf(body)).toString();
  if (text === "") throw new Refusal(400, "Body expected in request.");
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "Malformed JSON in request body.");
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
