import type { Backend } from "../../backends/backend.ts";
import { type Issue, SpecError } from "../../model/index.ts";
import type { Transfer } from "../../transfer/pipeline.ts";
import type { Context, WantedData } from "../context.ts";
import type { PlanOptions } from "../make-plan/make-plan.ts";
import type { AppliedImage } from "../manager.ts";
import { sharedPass } from "./shared-pass.ts";

/** Options of `ImageManager.applyTo`: how the spec is planned for on each target, and how the work goes on. */
export interface FanOutOptions extends Omit<PlanOptions, "id"> {
  /** Ends the work on all targets. */
  readonly signal?: AbortSignal | undefined;
  /**
   * For how long a target may take nothing while there is data for it, or not be ready for data when another one is,
   * in milliseconds, up to 2,147,483,647. It is left out then, with `ERR_TIMEOUT`, and the others go on. Default:
   * 60,000 (1 minute).
   */
  readonly stallTimeoutMs?: number | undefined;
}

/** What became of one target of `ImageManager.applyTo`. */
export type FanOutResult = {
  /** The backend's name. */
  readonly backend: string;
  readonly region: string | undefined;
} & (
  | ({ readonly status: "fulfilled" } & AppliedImage)
  | {
      readonly status: "rejected";
      /** What `apply` would have thrown. `NetworkError` `ERR_TIMEOUT` for one that was left out. */
      readonly error: unknown;
    }
);

/** What is done for the targets. */
export interface FanOutWork {
  /** Opens the source, for all targets that need data. */
  open(wanted: WantedData, signal: AbortSignal): Promise<Transfer>;
  apply(backend: Backend, join: Context["join"], signal: AbortSignal): Promise<AppliedImage>;
}

const STALL_TIMEOUT_MS = 60_000;

/** Applies one spec to several targets, from one pass of its source; see `ImageManager.applyTo`. */
export async function fanOut(
  backends: readonly Backend[],
  { signal, stallTimeoutMs = STALL_TIMEOUT_MS }: FanOutOptions,
  { open, apply }: FanOutWork,
): Promise<FanOutResult[]> {
  signal?.throwIfAborted();
  const source = follow(signal);
  const targets = backends.map((backend) => ({ backend, ...follow(signal) }));
  const seats = sharedPass({
    stallTimeoutMs,
    onStall: targets.map(({ abort }) => abort),
    async open(wanted) {
      const transfer = await open(wanted, source.signal);
      return {
        ...transfer,
        close() {
          // A source that is silent would keep its end waiting.
          source.abort(new Error("No target takes the data any more"));
          return transfer.close();
        },
      };
    },
  });
  try {
    const results = await Promise.all(
      targets.map(async ({ backend, signal: own }, index): Promise<FanOutResult> => {
        const { name, region } = backend;
        const seat = seats[index];
        try {
          const applied = await apply(backend, seat?.join, own);
          return { backend: name, region, status: "fulfilled", ...applied };
        } catch (error) {
          return { backend: name, region, status: "rejected", error };
        } finally {
          seat?.leave();
        }
      }),
    );
    if (results.every(({ status }) => status === "rejected")) signal?.throwIfAborted();
    return results;
  } finally {
    for (const { release } of [source, ...targets]) release();
  }
}

/**
 * Checks what a user gives.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when there is no backend, or one is there twice.
 */
export function checkTargets(backends: readonly Backend[]): void {
  const issues: Issue[] = [];
  if (backends.length === 0) issues.push({ path: [], message: "name at least one" });
  for (const [index, backend] of backends.entries()) {
    if (backends.indexOf(backend) < index)
      issues.push({ path: [index], message: "is given twice: an image would be made twice" });
  }
  if (issues.length > 0) throw new SpecError(issues, { subject: "The backends of applyTo()" });
}

/** A signal that follows another one, and can be aborted by itself. */
function follow(signal: AbortSignal | undefined): {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  release(): void;
} {
  const controller = new AbortController();
  const abort = (reason: unknown): void => controller.abort(reason);
  const onAbort = (): void => abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  return { signal: controller.signal, abort, release: () => signal?.removeEventListener("abort", onAbort) };
}
