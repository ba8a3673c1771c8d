import { type Image, isGone, PlanError, pause } from "../../model/index.ts";
import type { Context } from "../context.ts";
import { isUnderWay } from "../lookup/under-way.ts";

/** How long an image of a higher id may stay empty: its process is about to give way, or to send data, or dead. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 100;

/** Whether another image of the name may be what another process makes in place of the new one. */
export type IsRival = (other: Image) => boolean;

/** How a race for a name is decided. */
export interface Race {
  readonly patienceMs: number;
  /** Whether a rival has gone on, so that there is nothing to wait for. */
  readonly isAhead: (rival: Image, context: Context) => boolean;
}

const RACE_OF_RECORDS: Race = {
  patienceMs: PATIENCE_MS,
  isAhead: (rival, context) => rival.status !== "queued" || isUnderWay(context, rival),
};

/**
 * Sees to it that of several processes that make an image of one name at the same moment only one sends data. Each
 * makes its record first and looks then, so of two the later one sees the other; who goes on has seen nobody. Who sees
 * a record with a lower id, or one that gets data, gives way; the lowest waits until the others have.
 *
 * @throws PlanError `ERR_PLAN_STALE` when it gives way: its record has to be deleted.
 */
export async function giveWay(
  context: Context,
  image: Pick<Image, "id" | "name">,
  isRival: IsRival,
  { patienceMs, isAhead }: Race = RACE_OF_RECORDS,
): Promise<void> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const named = await context.lookup.named(image.name);
    const rivals = named.filter((other) => other.id !== image.id && !isGone(other.status) && isRival(other));
    if (rivals.length === 0) return;
    const winner = rivals.find((rival) => isAhead(rival, context) || rival.id < image.id);
    const isOver = performance.now() + PAUSE_MS > deadlineMs;
    if (winner !== undefined || isOver) throw stale(image, winner ?? rivals[0]);
    await pause(PAUSE_MS, context.signal);
  }
}

function stale({ name }: Pick<Image, "name">, winner: Image | undefined): PlanError {
  return new PlanError(
    `Another process has made the image ${winner?.id} of the name ${JSON.stringify(name)} meanwhile. Plan again`,
    { planned: "no image", observed: winner?.id },
  );
}
