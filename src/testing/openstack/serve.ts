import { setTimeout as wait } from "node:timers/promises";
import { type Controls, Cut, cutAfter, failureOf } from "./controls.ts";
import { handle } from "./engine.ts";
import type { Cloud } from "./state.ts";
import { type FakeRequest, type FakeResponse, Refusal, refused } from "./wire.ts";

/** What a transport is given: the engine under the controls of a test, written down in the journal. */
export type Serve = (request: FakeRequest) => Promise<FakeResponse>;

export function serve(cloud: Cloud, controls: Controls): Serve {
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

async function answered(cloud: Cloud, controls: Controls, request: FakeRequest): Promise<FakeResponse> {
  const { method, url, headers } = request;
  const status = failureOf(controls, method, url.pathname);
  if (status !== undefined)
    return refused(new Refusal(status, "As the test wants it."), headers.get("accept"));
  const isData = /\/(file|stage)$/.test(url.pathname);
  const bytes = isData ? controls.resetAfterBytes : undefined;
  if (bytes === undefined) return handle(cloud, request);
  controls.resetAfterBytes = undefined;
  if (method === "PUT") return handle(cloud, { ...request, body: cutAfter(request.body, bytes) });
  const answer = await handle(cloud, request);
  throw new Cut({ ...answer, body: answer.body?.subarray(0, bytes) });
}
