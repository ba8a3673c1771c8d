import { type ImageQuery, MEMBER_STATUSES, valuesOf } from "../../model/index.ts";

/** More values than these are left to the caller: each is a listing of its own. */
const MAX_VALUES = 40;

/**
 * The queries of the listings that have, between them, every image that a query asks for. They may have others, too:
 * what IMS is known to filter by is asked for, and the rest left to the caller.
 */
export function listings(query: ImageQuery, projectId: string): readonly URLSearchParams[] {
  // No image is hidden.
  if (query.hidden === true) return [];
  const names = filterValues(valuesOf(query.name));
  const ids = filterValues(valuesOf(query.id)?.map((id) => id.toLowerCase()));
  const statuses = filterValues(valuesOf(query.status));
  const kinds = kindsOf(query, projectId);
  return names.flatMap((name) =>
    ids.flatMap((id) =>
      statuses.flatMap((status) =>
        kinds.map((kind) =>
          parametersOf({ name, id, status, owner: query.owner, ...kind, tag: tagOf(query) }),
        ),
      ),
    ),
  );
}

type Parameters = Readonly<Record<string, string | undefined>>;

/** Whose images: an image that is shared has the visibility `shared` for its owner, too, so it is asked by its kind. */
function kindsOf({ visibility, memberStatus, owner }: ImageQuery, projectId: string): readonly Parameters[] {
  if (memberStatus !== undefined) {
    const statuses = memberStatus === "all" ? MEMBER_STATUSES : [memberStatus];
    return statuses.map((status) => ({ visibility: "shared", member_status: status }));
  }
  switch (visibility) {
    case "public":
      return [{ visibility }];
    case "shared":
      return [{ __imagetype: "shared" }];
    case "private":
      return [{ __imagetype: "private" }];
    case "community":
      return [];
    case undefined:
      return owner === projectId ? [{ __imagetype: "private" }] : [{}];
    default:
      return visibility satisfies never;
  }
}

/** One tag: that several are all held against an image is nowhere promised. */
function tagOf({ tags = [] }: ImageQuery): string | undefined {
  return tags.find((tag) => tag.includes("="));
}

function parametersOf(parameters: Parameters): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, value);
  return query;
}

/** What to filter by, one listing each; `undefined` stands for a listing without this filter. */
function filterValues(values: readonly string[] | undefined): readonly (string | undefined)[] {
  const distinct = [...new Set(values)];
  return values === undefined || distinct.length > MAX_VALUES ? [undefined] : distinct;
}
