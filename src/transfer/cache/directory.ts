import { join } from "node:path";

/** Where this platform keeps caches: `XDG_CACHE_HOME` or `~/.cache` on Linux, and the like elsewhere. */
export async function platformCacheDirectory(): Promise<string> {
  // Only who downloads something needs it.
  const { default: envPaths } = await import("env-paths");
  return join(envPaths("imagewright", { suffix: "" }).cache, "downloads");
}
