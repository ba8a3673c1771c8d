/** Lays one value over another: maps key by key, everything else as a whole. `null` says nothing. */
export function merge(under: unknown, over: unknown): unknown {
  if (over === undefined || over === null) return under;
  if (!isMap(under) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over))
    merged[key] = key in under ? merge(under[key], value) : value;
  return merged;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
