import { type Issue, unknownKey } from "../../model/index.ts";

/** One issue for each key that isn't known, with the known one that is nearest. */
export function unknownKeys(value: object, known: readonly string[], path: readonly string[]): Issue[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
}

/** What is wrong with the address of a service. */
export function urlIssues(value: string, path: readonly string[]): Issue[] {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol))
    return [{ path, message: "must be an absolute URL, of http or https" }];
  if (url.username !== "" || url.password !== "")
    return [{ path, message: "must be without user and password: those are for auth" }];
  return [];
}

/** What is wrong with `pageSize`. */
export function pageSizeIssues(pageSize: number | undefined, max: number): Issue[] {
  if (pageSize === undefined || (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= max)) return [];
  return [{ path: ["pageSize"], message: `must be an integer from 1 to ${max}` }];
}
