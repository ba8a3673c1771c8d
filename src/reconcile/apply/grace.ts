/** How long a creation that is under way may go on after an abort: its outcome has to be known to be undone. */
const GRACE_MS = 5_000;

/** A signal that follows another one after a while. */
export function graceful(signal: AbortSignal | undefined): { signal: AbortSignal; release(): void } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    timer = setTimeout(() => late.abort(signal?.reason), GRACE_MS);
  };
  signal?.addEventListener("abort", abort);
  return {
    signal: late.signal,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}
