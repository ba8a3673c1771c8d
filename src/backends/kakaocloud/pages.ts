/** A page of a listing by offset. */
export interface Page {
  readonly offset: number;
  readonly ids: readonly string[];
  /** How many there are on all pages; `undefined` where nobody says. */
  readonly total: number | undefined;
}

/** What comes of a page. */
export interface Turn {
  /** Whether it follows on what was seen, so that nothing was passed over. */
  readonly follows: boolean;
  /** Where to read on; `undefined` at the end. */
  readonly next: number | undefined;
}

/**
 * What to do after a page. What comes and goes between two pages moves all that follows: pages overlap by one, so a page
 * follows on what was seen when something that was seen is on it. When nothing is, it is read from further ahead.
 *
 * @param seen What pages that follow on each other have had, before this one.
 * @param limit How many are asked for at a time.
 */
export function turnPage({ offset, ids, total }: Page, seen: ReadonlySet<string>, limit: number): Turn {
  const follows = offset === 0 || ids.some((id) => seen.has(id));
  if (!follows) return { follows, next: Math.max(0, offset - limit) };
  const end = offset + ids.length;
  const isNew = ids.some((id) => !seen.has(id));
  // Where nobody says how many there are, a page without anything new is the last.
  const isLast = ids.length < 2 || (total === undefined ? !isNew : end >= total);
  return { follows, next: isLast ? undefined : end - 1 };
}
