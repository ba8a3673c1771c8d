import { PlanError } from "../../model/index.ts";
import type { Context } from "../context.ts";
import { waitWhileBusy } from "../lookup/wait.ts";

/** Another process fills an image, has filled it or has deleted it: what is there then has to be looked at anew. */
export async function throwIfTaken(
  context: Context,
  id: string,
  name: string,
  cause: unknown,
): Promise<void> {
  const image = await waitWhileBusy(context, id, name);
  if (image?.status === "queued") return;
  const what = image === undefined ? "deleted" : "filled";
  throw new PlanError(`Image ${id} (${name}) was ${what} by another process meanwhile. Plan again`, {
    observed: image?.status ?? "no image",
    cause,
  });
}
