import { HttpError, type Image, ImagewrightError, NetworkError } from "../../model/index.ts";
import type { Backend, CallOptions } from "../backend.ts";
import { explained } from "../http/errors.ts";
import { missing } from "../record.ts";
import { changesOf } from "./changes.ts";
import { migrate } from "./enterprise-project.ts";
import { expectDone } from "./errors.ts";
import { changeFields } from "./patch.ts";
import { patchSteps } from "./patch-steps.ts";
import { type Calls, readWire, toImage } from "./requests.ts";
import { type TagStep, tagSteps } from "./tag-steps.ts";
import { tagOf, tagsOf, wireTags } from "./tags.ts";
import { enterpriseProjectOf } from "./wire.ts";

/** One call of an update. */
interface Step {
  /** For messages: what it changes. */
  readonly title: string;
  run(): Promise<unknown>;
}

/**
 * Reads, and then changes what differs: fields, tags, the enterprise project, each by a call of its own. So it isn't done
 * in one step; when one fails the error says what was done before, and the whole may be repeated.
 */
export function updating(calls: Calls): Backend["update"] {
  return async (id, operations, options) => {
    const what = `Update of image ${id}`;
    const actual = await readWire(calls, id, what, options);
    if (actual === undefined) throw missing(id);
    const { fields, tags, enterpriseProjectId } = changesOf(actual, operations);
    const changed = patchSteps(actual, fields);
    const steps: Step[] = [];
    if (changed.length > 0)
      steps.push({
        title: changed.map(({ path }) => path.slice(1)).join(", "),
        run: () => changeFields(calls, actual, fields, options),
      });
    for (const step of tags === undefined ? [] : tagSteps(tagsOf(actual.tags ?? []), tags))
      steps.push({ title: titleOf(step), run: () => changeTags(calls, id, step, options) });
    if (enterpriseProjectId !== undefined && enterpriseProjectId !== enterpriseProjectOf(actual))
      steps.push({
        title: "enterprise_project_id",
        run: () => migrate(calls, id, enterpriseProjectId, options),
      });
    if (steps.length === 0) return toImage(calls, actual);
    await runAll(steps);
    return await readBack(calls, id, options);
  };
}

async function runAll(steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await step.run();
    } catch (error) {
      throw partly(error, step.title, steps.slice(0, index), steps.slice(index + 1));
    }
  }
}

/** `POST /v2/{project_id}/images/{id}/tags/action`: harmless when it is made again. */
async function changeTags(
  { connection, urls }: Calls,
  id: string,
  { action, tags }: TagStep,
  options?: CallOptions,
): Promise<void> {
  const json = { action, tags: wireTags(tags) };
  const answer = await connection.client(
    { method: "POST", url: urls.tagChanges(id), json, repeatable: true },
    options,
  );
  expectDone(answer, `Update of the tags of image ${id}`);
}

async function readBack(calls: Calls, id: string, options?: CallOptions): Promise<Image> {
  const wire = await readWire(calls, id, `Update of image ${id}`, options);
  if (wire === undefined) throw missing(id);
  return toImage(calls, wire);
}

function titleOf({ action, tags }: TagStep): string {
  const names = tags.map((tag) => (action === "delete" ? tag[0] : tagOf(tag))).join(", ");
  return action === "delete" ? `without the tags ${names}` : `the tags ${names}`;
}

/** The error of an update that was done in part. */
function partly(error: unknown, title: string, done: readonly Step[], left: readonly Step[]): unknown {
  if (!ImagewrightError.is(error) || done.length + left.length === 0) return error;
  const names = (steps: readonly Step[]) => steps.map((step) => step.title).join("; ");
  const before = done.length === 0 ? "nothing was changed before" : `changed before: ${names(done)}`;
  const after = left.length === 0 ? "" : `; not tried: ${names(left)}`;
  const words = `it is about ${title}; ${before}${after}. The update may be repeated`;
  if (error instanceof HttpError) return explained(error, words);
  return error instanceof NetworkError ? new NetworkError(`${error.message}: ${words}`, error) : error;
}
