import { type ImageQuery, MEMBER_STATUSES, valuesOf } from "../../model/index.ts";

/** Statuses that are called the same here and there. */
const SAME_STATUSES: readonly string[] = ["active", "queued", "saving"];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The queries of the listings that have, between them, every image that a query asks for. They have others, too: what
 * KakaoCloud is known to filter by is asked for, and the rest left to the caller.
 *
 * @param projectId The project that the calls are made for.
 */
export function listings(query: ImageQuery, projectId: string | undefined): readonly URLSearchParams[] {
  const { memberStatus } = query;
  if (memberStatus === undefined) return [parametersOf(query, projectId)];
  const statuses = memberStatus === "all" ? MEMBER_STATUSES : [memberStatus];
  return statuses.map((status) => {
    const parameters = parametersOf({ ...query, owner: undefined }, projectId);
    parameters.append("image_member_status", status);
    return parameters;
  });
}

/** Whether a listing has images of the calling project alone. */
export function isOfOwn(listing: URLSearchParams): boolean {
  return listing.get("image_type") === "my";
}

function parametersOf(query: ImageQuery, projectId: string | undefined): URLSearchParams {
  const parameters = new URLSearchParams();
  const addOnly = (
    key: string,
    values: readonly string[] | undefined,
    isKnown: (value: string) => boolean,
  ) => {
    const [value, ...others] = values ?? [];
    if (value !== undefined && others.length === 0 && isKnown(value)) parameters.append(key, value);
  };
  if (query.owner !== undefined && query.owner === projectId) parameters.append("image_type", "my");
  addOnly("name", valuesOf(query.name), (name) => name !== "");
  addOnly("status", valuesOf(query.status), (status) => SAME_STATUSES.includes(status));
  addOnly(
    "id",
    valuesOf(query.id)?.map((id) => id.toLowerCase()),
    (id) => UUID.test(id),
  );
  return parameters;
}
