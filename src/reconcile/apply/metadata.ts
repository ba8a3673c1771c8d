import type { MetadataOperation } from "../../backends/backend.ts";
import {
  HttpError,
  type Image,
  type MemberOperation,
  type Operation,
  pause,
  UnsupportedError,
} from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { getExisting, withMembers } from "../lookup/find.ts";
import { isConflict, mayHaveSucceeded } from "../outcome.ts";
import { unmetOperations } from "./unmet.ts";

/** How often an update is made, when others undo it. */
const MAX_ATTEMPTS = 8;

/** The longest wait for the writes of others to end. */
const MAX_SETTLE_MS = 2_000;

/**
 * Applies operations to an image that has no data on its way. Members leave before the visibility changes and
 * come after it: only a shared image has any. Glance keeps those of an image that stops being shared, out of sight,
 * and has them again when it is shared once more.
 *
 * @param declared The members that the image is to have, where anybody said so.
 * @throws HttpError `ERR_HTTP_CONFLICT` when other writers undo the operations again and again.
 */
export async function changeMetadata(
  context: Context,
  image: Image,
  operations: readonly Operation[],
  declared?: readonly string[],
): Promise<Image> {
  const members = operations.filter((operation) => operation.kind === "member");
  const metadata = operations.filter((operation) => operation.kind !== "member");
  await changeMembers(
    context,
    image.id,
    members.filter(({ op }) => op === "delete"),
  );
  const changed = metadata.length === 0 ? image : await updateUntilMet(context, image.id, metadata);
  const returned =
    declared !== undefined && becomesShared(metadata) ? await undeclared(context, image.id, declared) : [];
  await changeMembers(context, image.id, [...returned, ...members.filter(({ op }) => op === "add")]);
  if (members.length + returned.length === 0) return changed;
  const { members: _before, ...rest } = await getExisting(context, image.id);
  return withMembers(context, rest, true);
}

function becomesShared(operations: readonly MetadataOperation[]): boolean {
  return operations.some(
    (operation) =>
      operation.kind === "attribute" && operation.name === "visibility" && operation.to === "shared",
  );
}

/** What makes those members go that nobody declared. */
async function undeclared(
  context: Context,
  id: string,
  declared: readonly string[],
): Promise<MemberOperation[]> {
  const present = (await context.backend.members?.list(id, callOptions(context))) ?? [];
  return present
    .filter((project) => !declared.includes(project))
    .map((project) => ({ kind: "member", op: "delete", project }));
}

/** Glance keeps the last of two writes that overlap and answers 200 to both: what it kept is looked at. */
async function updateUntilMet(
  context: Context,
  id: string,
  operations: readonly MetadataOperation[],
): Promise<Image> {
  let unmet = [...operations];
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const image = await updateOnce(context, id, unmet, attempt);
    unmet = unmetOperations(image, operations);
    if (unmet.length === 0) return image;
  }
  const lost = unmet.map(nameOf).join(", ");
  throw new HttpError(`Update of image ${id} failed: the cloud did not keep ${lost}`, {
    code: "ERR_HTTP_CONFLICT",
    status: 409,
    retryable: true,
  });
}

/**
 * The image after the update, or after one that was refused because of another writer, or whose answer was lost. It
 * is read: Glance answers an update with what it was told, whatever another writer made of it.
 */
async function updateOnce(
  context: Context,
  id: string,
  operations: readonly MetadataOperation[],
  attempt: number,
): Promise<Image> {
  const { backend, signal } = context;
  const startMs = performance.now();
  try {
    await backend.update(id, operations, callOptions(context));
  } catch (error) {
    signal?.throwIfAborted();
    if (!isConflict(error) && !mayHaveSucceeded(error)) throw error;
    const image = await backend.get(id, callOptions(context)).catch(() => undefined);
    if (image === undefined) throw error;
    return image;
  }
  if (backend.losesUpdates === true) await settle(performance.now() - startMs, attempt, signal);
  return getExisting(context, id);
}

/**
 * Waits until a write of another that had begun before ours was done is done, too: it may take as long as ours took,
 * and a write that was lost tells that there are several. A part of the wait is random, so that two who undo each
 * other's updates don't go on in step.
 */
async function settle(tookMs: number, attempt: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(Math.min(tookMs * (attempt + Math.random()), MAX_SETTLE_MS), signal);
}

async function changeMembers(
  context: Context,
  id: string,
  operations: readonly MemberOperation[],
): Promise<void> {
  if (operations.length === 0) return;
  const { members, name } = context.backend;
  if (members === undefined) throw new UnsupportedError({ backend: name, capability: "members" });
  for (const { op, project } of operations) {
    const change = op === "add" ? members.add : members.remove;
    await change(id, project, callOptions(context));
  }
}

function nameOf(operation: MetadataOperation): string {
  switch (operation.kind) {
    case "attribute":
      return operation.name;
    case "property":
      return `properties.${operation.name}`;
    case "tag":
      return `the tag ${operation.tag}`;
    default:
      return operation satisfies never;
  }
}
