import type { Backend, CallOptions } from "../../backends/backend.ts";
import { pause } from "../../model/index.ts";
import { type Calls, type Context, callOptions } from "../context.ts";
import { isRefusal } from "../outcome.ts";
import type { Verification } from "./verify.ts";

/** How long the removal of an image may take; it goes on after an abort. */
const TIMEOUT_MS = 30_000;

const MAX_ATTEMPTS = 6;
const PAUSE_MS = 200;

/** What is deleted: whatever there is, or only an image without data. */
export type Discarded = "any" | "unfilled";

/**
 * Deletes an image that must not stay, protected or not. Never throws: it is called because something else went
 * wrong, and that is what the caller has to hear of.
 */
export async function discardImage(context: Context, id: string, what: Discarded = "any"): Promise<void> {
  try {
    await removeImage({ ...context, signal: AbortSignal.timeout(TIMEOUT_MS) }, id, what);
  } catch {
    // What stays behind is queued under the spec's name: the next apply takes it up.
  }
}

/** Verifies an active image. One that is wrong is deleted: it can't be filled again, and nobody may use it. */
export async function verifyOrDiscard(
  context: Context,
  id: string,
  verify: () => Verification | Promise<Verification>,
): Promise<Verification> {
  try {
    return await verify();
  } catch (error) {
    await discardImage(context, id);
    throw error;
  }
}

/**
 * Deletes an image, protected or not. While Glance ends an upload, it reverts what is written: the protection may come
 * back once or twice.
 */
export async function removeImage(calls: Calls, id: string, what: Discarded = "any"): Promise<void> {
  const { backend } = calls;
  const options = callOptions(calls);
  for (let attempt = 1; ; attempt++) {
    const image = await backend.get(id, options);
    if (image === undefined || (what === "unfilled" && image.status === "active")) return;
    try {
      if (image.protected === true) await unprotect(backend, id, options);
      return await backend.delete(id, options);
    } catch (error) {
      if (!isRefusal(error) || attempt === MAX_ATTEMPTS) throw error;
      await pause(PAUSE_MS * attempt, calls.signal);
    }
  }
}

/** Lifts the protection of an image. */
export async function unprotect(backend: Backend, id: string, options: CallOptions): Promise<void> {
  await backend.update(
    id,
    [{ kind: "attribute", op: "update", name: "protected", from: true, to: false }],
    options,
  );
}
