import { type Image, isGone, redactCredentials } from "../../model/index.ts";
import type { ImportState } from "../backend.ts";
import type { WireTask } from "./wire.ts";

const MIB = 1024 * 1024;

/**
 * Whether an import is under way: Glance holds a lock from before its answer to the very end (Wallaby and later), and
 * lists the stores that are still to be filled (Train and later).
 */
export function isImporting({ serverProperties = {} }: Image): boolean {
  return (
    Boolean(serverProperties["os_glance_import_task"]) ||
    Boolean(serverProperties["os_glance_importing_to_stores"])
  );
}

/**
 * How far the last import into an image is.
 *
 * @param image `undefined` when it is gone.
 * @param tasks The tasks of the image; none where the cloud doesn't tell.
 */
export function importState(image: Image | undefined, tasks: readonly WireTask[]): ImportState {
  if (image === undefined || isGone(image.status))
    return { status: "failed", image: undefined, reason: "the image is gone", failedStores: [] };
  const task = lastImport(tasks);
  if (isImporting(image)) return { status: "running", image, transferredBytes: copiedBytes(task) };
  const failedStores = listOf(image.serverProperties?.["os_glance_failed_import"]);
  const failed: ImportState = { status: "failed", image, reason: reasonOf(task), failedStores };
  switch (image.status) {
    case "active":
    case "deactivated":
      return { status: "done", image, failedStores };
    case "queued":
    case "uploading":
      if (failedStores.length > 0 || task?.status === "failure") return failed;
      return task?.status === "pending" || task?.status === "processing"
        ? { status: "running", image }
        : { status: "pending", image };
    case "killed":
      return failed;
    default:
      return { status: "running", image, transferredBytes: copiedBytes(task) };
  }
}

/** There is one for each attempt. */
function lastImport(tasks: readonly WireTask[]): WireTask | undefined {
  return tasks
    .filter(({ type }) => type === undefined || type === null || type === "api_image_import")
    .reduce<WireTask | undefined>(
      (last, task) => ((last?.created_at ?? "") > (task.created_at ?? "") ? last : task),
      undefined,
    );
}

/** Glance tells in words how much one store has by now. */
function copiedBytes(task: WireTask | undefined): number | undefined {
  const [, mebibytes] = /^Copied (\d+) MiB$/.exec(task?.message ?? "") ?? [];
  return mebibytes === undefined ? undefined : Number(mebibytes) * MIB;
}

function reasonOf(task: WireTask | undefined): string | undefined {
  return task?.status === "failure" ? redactCredentials(task.message?.trim() ?? "") || undefined : undefined;
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").filter((store) => store !== "");
}
