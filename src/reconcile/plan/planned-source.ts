import type { Source } from "../../model/index.ts";
import { type PlannedSource, REDACTED } from "./plan.ts";

/** The source without its secrets and functions. */
export function redactSource(source: Source): PlannedSource {
  if ("open" in source)
    return { open: REDACTED, ...(source.size === undefined ? {} : { size: source.size }) };
  if (!("url" in source)) return source;
  const { password, headers, ...rest } = source;
  return {
    ...rest,
    ...(password === undefined ? {} : { password: REDACTED }),
    ...(headers === undefined
      ? {}
      : { headers: Object.fromEntries(Object.keys(headers).map((name) => [name, REDACTED])) }),
  };
}

/** The field of the source that has to be given again; `undefined` when the source is whole. */
export function redactedField(source: PlannedSource | Source): string | undefined {
  if ("open" in source) return typeof source.open === "function" ? undefined : "source.open";
  if (!("url" in source)) return undefined;
  if (source.password === REDACTED) return "source.password";
  return Object.values(source.headers ?? {}).includes(REDACTED) ? "source.headers" : undefined;
}

/** Whether a source has all that it needs. */
export function isWhole(source: PlannedSource | Source): source is Source {
  return redactedField(source) === undefined;
}
