/** The candidate with the fewest edits from `word`, if it is near enough to be a slip of the pen. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Compares without case, hyphens and underscores, so that `min_disk_gb` is nearest to `minDiskGb`. */
export function nearestKey(key: string, candidates: readonly string[]): string | undefined {
  const plain = (text: string) => text.replaceAll(/[-_]/g, "").toLowerCase();
  return (
    candidates.find((candidate) => plain(candidate) === plain(key)) ??
    candidates.find((candidate) => plain(key).length > 3 && plain(candidate).startsWith(plain(key))) ??
    nearest(key, candidates)
  );
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removal = (previous[column] ?? 0) + 1;
      const insertion = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(substitution, removal, insertion));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
