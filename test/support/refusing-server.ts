import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

/** What a server does after it refused a body that is on its way. */
export type Farewell = "stays" | "closes when its words are out" | "closes at once" | "ends" | "resets";

export interface Refusal {
  readonly farewell: Farewell;
  /** After how many bytes of the request it answers. */
  readonly afterBytes: number;
  readonly status: number;
  readonly body: string;
}

/**
 * A server that answers in the middle of a body, in a thread of its own: what a client has read when its next write
 * fails is then a matter of luck, as it is in life. Returns its URL.
 */
export async function refusingServer(refusal: Refusal): Promise<string> {
  const worker = new Worker(new URL("refusing-server.worker.ts", import.meta.url), { workerData: refusal });
  onTestFinished(async () => {
    await worker.terminate();
  });
  const [port] = await once(worker, "message");
  return `http://127.0.0.1:${port}`;
}
