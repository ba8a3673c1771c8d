/** Orders strings by UTF-16 code unit: the same on every machine, whatever its locale. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The distinct members, in a stable order. */
export function sortedSet(members: Iterable<string>): string[] {
  return [...new Set(members)].sort();
}
