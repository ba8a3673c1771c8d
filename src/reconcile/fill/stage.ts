import type { ImportRequest } from "../../backends/backend.ts";
import type { Transfer } from "../../transfer/pipeline.ts";
import type { Context } from "../context.ts";
import type { Filling, Placed } from "./fill.ts";
import { startImport } from "./import.ts";
import type { ImportJob } from "./import-outcome.ts";

/** Staged data that the cloud is to bring into an image. */
type StagedJob = ImportJob & {
  readonly request: Extract<ImportRequest, { readonly method: "glance-direct" }>;
};

/** The import that brings staged data into an image. */
export function importOf({ imageId, spec, delivery }: Placed<Filling>): StagedJob {
  const { stores, allStoresMustSucceed } = delivery;
  return {
    imageId,
    name: spec.name,
    what: `The import of staged data into image ${imageId}`,
    request: { method: "glance-direct", stores, allStoresMustSucceed },
  };
}

/**
 * Sends data to the staging area, and begins its import. What is there already isn't sent again: it is read, so that its
 * digests can be held against what is stored in the end.
 */
export async function stageData(
  context: Context,
  job: StagedJob,
  { sizeBytes, chunks, release }: Transfer,
  staged: boolean,
): Promise<void> {
  if (!staged) {
    const data = { sizeBytes, chunks, release };
    return startImport(context, { ...job, request: { ...job.request, data } });
  }
  for await (const chunk of chunks) release(chunk);
  await startImport(context, job);
}
