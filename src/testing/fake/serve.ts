import { setTimeout as wait } from "node:timers/promises";
import { type Controls, Cut, cutAfter, failureOf } from "./controls.ts";
import type { FakeRequest, FakeResponse } from "./wire.ts";

/** What a transport is given: a cloud under the controls of a test, written down in the journal. */
export type Serve = (request: FakeRequest) => Promise<FakeResponse>;

/** A cloud, as far as the controls have to know it. */
export interface Served {
  /** What it answers to a request. */
  readonly handle: Serve;
  /** How it says a status that a test wants. */
  refuse(status: number, request: FakeRequest): FakeResponse;
  /** Whether image data is at this path: what {@link Controls.resetAfterBytes} is about. */
  isData(path: string): boolean;
}

export function serve(cloud: Served, controls: Controls): Serve {
  return async (request) => {
    const { method, url } = request;
    const note = (status: number | undefined) =>
      controls.journal.push({ method, path: `${url.pathname}${url.search}`, status });
    try {
      if (controls.delayMs > 0) await wait(controls.delayMs);
      const answer = await answered(cloud, controls, request);
      note(answer.status);
      return answer;
    } catch (error) {
      note(undefined);
      throw error;
    }
  };
}

async function answered(cloud: Served, controls: Controls, request: FakeRequest): Promise<FakeResponse> {
  const { method, url } = request;
  const status = failureOf(controls, method, url.pathname);
  if (status !== undefined) return cloud.refuse(status, request);
  const bytes = cloud.isData(url.pathname) ? controls.resetAfterBytes : undefined;
  if (bytes === undefined) return cloud.handle(request);
  controls.resetAfterBytes = undefined;
  if (method === "PUT") return cloud.handle({ ...request, body: cutAfter(request.body, bytes) });
  const answer = await cloud.handle(request);
  throw new Cut({ ...answer, body: answer.body?.subarray(0, bytes) });
}
