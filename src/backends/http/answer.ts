/** What a server answered, whatever the status. */
export interface HttpAnswer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** The JSON of the body; its text where it isn't JSON; `undefined` where there is none. */
  readonly body: unknown;
}

/** The server's id of the request (`X-Openstack-Request-Id`), for its operator. */
export function requestIdOf({ headers }: Pick<HttpAnswer, "headers">): string | undefined {
  return headers.get("x-openstack-request-id") ?? headers.get("x-request-id") ?? undefined;
}

/** The body of an answer: its JSON, its text where it isn't JSON, `undefined` where it is empty. */
export function parseBody(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
