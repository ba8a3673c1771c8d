import { join } from "node:path";
import envPaths from "env-paths";

/** Where this platform keeps caches: `XDG_CACHE_HOME` or `~/.cache` on Linux, and the like elsewhere. */
export function platformCacheDirectory(): string {
  return join(envPaths("imagewright", { suffix: "" }).cache, "downloads");
}
