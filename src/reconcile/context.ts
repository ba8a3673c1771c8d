import type { Backend, CallOptions } from "../backends/backend.ts";
import type { ImageEvents } from "../model/index.ts";
import type { DigestMemory } from "../transfer/digest-memory.ts";

/** Tells the listeners of an event. Never throws. */
export type Emit = <Name extends keyof ImageEvents>(
  name: Name,
  event: Parameters<ImageEvents[Name]>[0],
) => void;

/** What the steps of an apply work with. */
export interface Context {
  readonly backend: Backend;
  readonly emit: Emit;
  readonly signal: AbortSignal | undefined;
  /** How long an image may take to get from one status to the next, in milliseconds. */
  readonly statusTimeoutMs: number;
  /** What is known of the contents of local files. */
  readonly digests: DigestMemory;
}

/** The options of a backend's call. */
export function callOptions({ signal, emit }: Context): CallOptions {
  return { signal, onRetry: (event) => emit("request-retry", event) };
}
