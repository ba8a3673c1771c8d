import type { MetadataOperation } from "../backend.ts";
import { refusal } from "../record.ts";
import { wireDescription } from "./names.ts";

/** What an update sends: the fields that change, and no others. */
export interface WireChanges {
  readonly name?: string;
  readonly description?: string;
}

/**
 * The body of an update.
 *
 * @throws HttpError `ERR_HTTP_FORBIDDEN` for anything but name and description, which nobody can change.
 */
export function changesOf(id: string, operations: readonly MetadataOperation[]): WireChanges {
  return Object.assign({}, ...operations.map((operation) => changeOf(id, operation)));
}

function changeOf(id: string, operation: MetadataOperation): WireChanges {
  if (operation.kind === "attribute" && operation.name === "name") return { name: String(operation.to) };
  if (operation.kind === "attribute" && operation.name === "description")
    return { description: wireDescription(operation.to === null ? undefined : String(operation.to)) };
  const what = operation.kind === "tag" ? `tag ${operation.tag}` : `${operation.kind} ${operation.name}`;
  throw refusal(
    403,
    `The ${what} of image ${id} can't be changed on KakaoCloud: only name and description can`,
  );
}
