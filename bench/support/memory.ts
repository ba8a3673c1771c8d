import { readdirSync, readFileSync } from "node:fs";

const intervalMs = 100;

/**
 * Watches how much memory a process and those that it starts have had at most. The function that is returned ends
 * the watch and tells; it doesn't know on systems other than Linux.
 *
 * The kernel's own report on an ended process (`ru_maxrss`) counts the memory of the process that it was forked from.
 */
export function watchPeakRss(pid: number): () => number | undefined {
  let peakBytes = 0;
  function look(): void {
    peakBytes = Math.max(peakBytes, peakRssBytes(pid));
  }
  look();
  const timer = setInterval(look, intervalMs);
  return () => {
    clearInterval(timer);
    return peakBytes || undefined;
  };
}

/** The peaks of the process and of its descendants, added up. */
function peakRssBytes(pid: number): number {
  const [, kibibytes = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(contents(`/proc/${pid}/status`)) ?? [];
  return childrenOf(pid).reduce((sum, child) => sum + peakRssBytes(child), Number(kibibytes) * 1024);
}

function childrenOf(pid: number): number[] {
  const lists = threadsOf(pid).map((thread) => contents(`/proc/${pid}/task/${thread}/children`));
  return lists.flatMap((list) => list.split(" ").filter(Boolean).map(Number));
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty where there is no such file, as when the process has just ended. */
function contents(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
