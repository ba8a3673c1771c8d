import type { WireEntities, WireJob } from "./wire.ts";

/** How far a job is. */
export type JobState =
  | { readonly status: "running"; readonly imageId: string | undefined }
  | { readonly status: "done"; readonly imageId: string | undefined }
  | { readonly status: "failed"; readonly imageId: string | undefined; readonly reason: string };

/** What a job says of itself, of the jobs that it consists of, and of each project that it is about. */
export function jobState(job: WireJob): JobState {
  const imageId = imageIdOf(job);
  switch (job.status.toUpperCase()) {
    case "SUCCESS": {
      const project = failedProject(job.entities);
      if (project === undefined) return { status: "done", imageId };
      return { status: "failed", imageId, reason: `it was not done for project ${project}` };
    }
    case "FAIL":
      return { status: "failed", imageId, reason: reasonOf(job) };
    default:
      return { status: "running", imageId };
  }
}

function imageIdOf({ entities }: WireJob): string | undefined {
  return entities?.image_id?.trim() || partsOf(entities).map(imageIdOf).find(Boolean);
}

/** The job's own reason, else that of a part. */
function reasonOf(job: WireJob): string {
  const own = wordsOf(job);
  if (own !== "") return own;
  return partsOf(job.entities).map(wordsOf).find(Boolean) ?? "the cloud gives no reason";
}

function wordsOf({ error_code: code, fail_reason: reason }: WireJob): string {
  if (!reason) return code ?? "";
  return code && !reason.includes(code) ? `${reason} (${code})` : reason;
}

function failedProject(entities: WireEntities | null | undefined): string | undefined {
  const failed = entities?.results?.find(({ status }) => /^fail/i.test(status ?? ""));
  return failed === undefined ? undefined : (failed.project_id ?? "of the job");
}

function partsOf(entities: WireEntities | null | undefined): readonly WireJob[] {
  return entities?.sub_jobs_result ?? [];
}
