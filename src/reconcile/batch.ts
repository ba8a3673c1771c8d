import pLimit from "p-limit";
import { ApplyError, type FailedApply, type SkippedApply } from "../model/index.ts";

/** How a task of a batch went. */
type Outcome<Value> =
  | { readonly kind: "completed"; readonly value: Value }
  | { readonly kind: "failed"; readonly failure: FailedApply }
  | { readonly kind: "skipped"; readonly skip: SkippedApply };

/** A task of a batch. */
export interface Task<Value> {
  readonly name: string;
  run(): Promise<Value>;
}

/**
 * Runs tasks side by side, all of them, whatever becomes of the others.
 *
 * @throws ApplyError `ERR_APPLY_FAILED` when some failed, with what was done; after an abort that
 *   left nothing done, the signal's reason.
 */
export async function runBatch<Value>(
  tasks: readonly Task<Value>[],
  concurrency: number,
  signal: AbortSignal | undefined,
): Promise<Value[]> {
  const limit = pLimit(concurrency);
  const outcomes = await Promise.all(tasks.map((task, index) => limit(() => outcomeOf(task, index, signal))));
  const completed = outcomes.flatMap((outcome) => (outcome.kind === "completed" ? [outcome.value] : []));
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? [outcome.failure] : []));
  const skipped = outcomes.flatMap((outcome) => (outcome.kind === "skipped" ? [outcome.skip] : []));
  if (failed.length === 0 && skipped.length === 0) return completed;
  const onlyAborted = failed.every(({ error }) => error === signal?.reason);
  if (completed.length === 0 && onlyAborted) signal?.throwIfAborted();
  throw new ApplyError({ completed, failed, skipped, cause: failed[0]?.error ?? signal?.reason });
}

async function outcomeOf<Value>(
  task: Task<Value>,
  index: number,
  signal: AbortSignal | undefined,
): Promise<Outcome<Value>> {
  const { name } = task;
  if (signal?.aborted === true) return { kind: "skipped", skip: { index, name } };
  try {
    return { kind: "completed", value: await task.run() };
  } catch (error) {
    return { kind: "failed", failure: { index, name, error } };
  }
}
