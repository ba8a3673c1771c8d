import type { z } from "zod";
import type { Issue } from "./errors/index.ts";

/** zod's issues as ours: an unknown key is named by its own path. */
export function issuesOf(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
  const messages = messagesOf(issue.message, issue.keys);
  return issue.keys.map((key, index) => ({
    path: [...path, key],
    message: messages[index] ?? issue.message,
  }));
}

/** The messages of several unknown keys, which a schema has to join into one. */
function messagesOf(message: string, keys: readonly string[]): readonly string[] {
  const starts = keys.map((key) => message.indexOf(`unknown key "${key}"`));
  if (starts.includes(-1)) return [];
  return starts.map((start, index) => message.slice(start, (starts[index + 1] ?? message.length + 2) - 2));
}
