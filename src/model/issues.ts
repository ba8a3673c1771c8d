import type { z } from "zod";
import type { Issue } from "./errors/index.ts";

/** zod's issues as ours: an unknown key is named by its own path. */
export function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  const messages = issue.message.split("; ");
  const message = (index: number) => (messages.length === issue.keys.length ? messages[index] : undefined);
  return issue.keys.map((key, index) => ({ path: [...path, key], message: message(index) ?? issue.message }));
}
