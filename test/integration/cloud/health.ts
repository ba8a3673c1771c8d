const answerTimeoutMs = 5_000;

/** Whether a GET succeeds; one that stays without an answer does not. */
export async function succeeds(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  try {
    return (await fetch(url, { headers, signal: AbortSignal.timeout(answerTimeoutMs) })).ok;
  } catch {
    return false;
  }
}
