import type { Backend } from "../backends/backend.ts";
import { type Context, callOptions } from "./context.ts";

/** How long the removal of an image may take; it goes on after an abort. */
const TIMEOUT_MS = 30_000;

/**
 * Deletes an image that must not stay, protected or not. Never throws: it is called because something else went
 * wrong, and that is what the caller has to hear of.
 */
export async function discardImage(context: Context, id: string): Promise<void> {
  const { backend } = context;
  const options = callOptions({ ...context, signal: AbortSignal.timeout(TIMEOUT_MS) });
  try {
    const image = await backend.get(id, options);
    if (image === undefined) return;
    if (image.protected === true) await unprotect(backend, id, options);
    await backend.delete(id, options);
  } catch {
    // What stays behind is queued under the spec's name: the next apply takes it up.
  }
}

/** Lifts the protection of an image. */
export async function unprotect(
  backend: Backend,
  id: string,
  options: Parameters<Backend["update"]>[2],
): Promise<void> {
  await backend.update(
    id,
    [{ kind: "attribute", op: "update", name: "protected", from: true, to: false }],
    options,
  );
}
