import { channel } from "node:diagnostics_channel";

/**
 * What `node:diagnostics_channel` publishes as `imagewright:request`: one attempt of a call to a cloud that moves no
 * image data, and wasn't aborted.
 */
export interface RequestMessage {
  readonly method: string;
  /** Without user information, and without the values of the query. */
  readonly url: string;
  /** `undefined` where no answer came. */
  readonly status: number | undefined;
  /** The server's id of the request, for its operator. */
  readonly requestId: string | undefined;
  /** Until the whole answer was there, or there was to be none. */
  readonly durationMs: number;
  /** 1 for the first. */
  readonly attempt: number;
}

const requests = channel("imagewright:request");

/** Tells those who listen. Where nobody does, the message isn't made. */
export function publishRequest(message: () => RequestMessage): void {
  if (requests.hasSubscribers) requests.publish(message());
}
