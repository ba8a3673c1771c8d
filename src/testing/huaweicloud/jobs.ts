import { type FakeResponse, json } from "../fake/wire.ts";
import type { Outcome, StoredJob } from "./records.ts";
import { ImsRefusal } from "./refusals.ts";
import type { Call, Cloud } from "./state.ts";

/** What is to be done in a job. */
export interface Work {
  readonly type: string;
  /** What it says of itself while it runs. */
  readonly entities?: Readonly<Record<string, unknown>>;
  readonly parts?: readonly Work[];
  /** Does it, at the end. */
  readonly finish: () => Outcome;
  /** Undoes what was begun, when it is to fail. */
  readonly abandon?: () => void;
}

/** Starts a job and answers with its id. */
export function startJob(call: Call, work: Work): FakeResponse {
  const job = newJob(call, work, nextFailure(call.cloud));
  call.cloud.jobs.set(job.id, job);
  return json(200, { job_id: job.id });
}

function newJob(call: Call, work: Work, failure: StoredJob["failure"]): StoredJob {
  const { cloud, projectId } = call;
  return {
    id: cloud.newId().replaceAll("-", ""),
    type: work.type,
    projectId,
    startedAtMs: cloud.nowMs(),
    polls: 0,
    entities: work.entities ?? {},
    parts: (work.parts ?? []).map((part) => newJob(call, part, failure)),
    outcome: undefined,
    endedAtMs: undefined,
    failure,
    finish: work.finish,
    abandon: work.abandon ?? (() => {}),
  };
}

/** How the next job has to fail, if a test wants it to; counts it. */
export function nextFailure(cloud: Cloud): StoredJob["failure"] {
  const [first, ...rest] = cloud.failures;
  if (first === undefined) return undefined;
  cloud.failures = first.left > 1 ? [{ ...first, left: first.left - 1 }, ...rest] : rest;
  return first;
}

/** Brings jobs as far as they are by now. */
export function settleJobs(cloud: Cloud): void {
  const { jobPolls, jobMs } = cloud.settings;
  for (const job of cloud.jobs.values())
    if (job.outcome === undefined && job.polls >= jobPolls && cloud.nowMs() - job.startedAtMs >= jobMs)
      cloud.jobs.set(job.id, ended(cloud, job));
}

function ended(cloud: Cloud, job: StoredJob): StoredJob {
  const parts = job.parts.map((part) => ended(cloud, part));
  const bad = parts
    .map(({ outcome }) => outcome)
    .find((outcome) => outcome !== undefined && "code" in outcome);
  const outcome = job.failure ?? bad ?? job.finish();
  if ("code" in outcome) job.abandon();
  return { ...job, parts, outcome, endedAtMs: cloud.nowMs() };
}

/** `GET /v1/{project_id}/jobs/{job_id}`, and the other address of jobs. */
export function showJob({ cloud, projectId }: Call, id: string): FakeResponse {
  const job = cloud.jobs.get(id);
  if (job === undefined || job.projectId !== projectId)
    throw new ImsRefusal("IMG.0001", `The job ${id} does not exist.`, 404);
  cloud.jobs.set(id, { ...job, polls: job.polls + 1 });
  return json(200, jobView(job, cloud.settings.jobPolls));
}

function jobView(job: StoredJob, polls: number): Readonly<Record<string, unknown>> {
  const { id, type, startedAtMs, endedAtMs, outcome } = job;
  const isFailed = outcome !== undefined && "code" in outcome;
  return {
    job_id: id,
    job_type: type,
    begin_time: new Date(startedAtMs).toISOString(),
    end_time: endedAtMs === undefined ? "" : new Date(endedAtMs).toISOString(),
    status: outcome === undefined ? (job.polls === 0 ? "INIT" : "RUNNING") : isFailed ? "FAIL" : "SUCCESS",
    error_code: isFailed ? outcome.code : null,
    fail_reason: isFailed ? outcome.reason : null,
    entities: { ...ownEntities(job, polls), ...partsView(job, polls) },
  };
}

function ownEntities(
  { outcome, polls, entities }: StoredJob,
  needed: number,
): Readonly<Record<string, unknown>> {
  if (outcome !== undefined) return "code" in outcome ? {} : outcome.entities;
  if (polls === 0) return {};
  return { ...entities, process_percent: Math.min(99, Math.floor((100 * polls) / (needed + 1))) };
}

function partsView({ parts, polls }: StoredJob, needed: number): Readonly<Record<string, unknown>> {
  if (parts.length === 0) return {};
  return {
    sub_jobs_result: parts.map((part) => jobView({ ...part, polls }, needed)),
    sub_jobs_list: parts.map(({ id }) => id),
  };
}
