import { type Checksum, UnsupportedError, type UrlSource, untilAborted } from "../../model/index.ts";
import { checkBytes } from "../check.ts";
import { type OnProgress, reportProgress } from "../progress.ts";
import type { UrlOptions } from "../url.ts";
import { type Cache, openCached } from "./cache.ts";
import { readEntry } from "./entry.ts";
import { entryPaths } from "./layout.ts";

/** What {@link cacheFile} is told. */
export interface CacheFileOptions extends UrlOptions {
  readonly checksum: Checksum | undefined;
  readonly onRead?: OnProgress | undefined;
  /** Told how many bytes there are, where the server says so, before any of them is read. */
  readonly onSize?: ((sizeBytes: number | undefined) => void) | undefined;
  readonly onCacheHit?: ((path: string) => void) | undefined;
}

/**
 * Downloads a URL to the cache, for who has to read here and there, and tells where its file is.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` when there is no room for it, and what `openCached` and `checkBytes` throw.
 */
export async function cacheFile(
  source: UrlSource,
  cache: Cache,
  { checksum, onRead, onSize, onCacheHit, ...options }: CacheFileOptions,
): Promise<string> {
  let hit: string | undefined;
  const onHit = (path: string): void => {
    hit = path;
    onCacheHit?.(path);
  };
  const opened = await openCached(source, cache, {
    ...options,
    checksum,
    onCacheHit: onHit,
    isReadSoon: true,
  });
  try {
    if (hit !== undefined) return hit;
    const { sizeBytes } = opened;
    onSize?.(sizeBytes);
    const { chunks, passed } = checkBytes(
      untilAborted(opened.chunks, options.signal),
      { sizeBytes, checksum },
      [],
    );
    for await (const _chunk of onRead === undefined ? chunks : reportProgress(chunks, onRead));
    await opened.keep?.(passed()?.digests ?? {});
  } finally {
    await opened.close();
  }
  const paths = entryPaths(cache.directory, source.url);
  if ((await readEntry(paths, source.url, undefined, options.signal)) !== undefined) return paths.data;
  const alternative = `make room in ${cache.directory}, or save the source as a file, and give it as source.file`;
  throw new UnsupportedError({ backend: "transfer", capability: "convert", alternative });
}

/** The file of a URL's bytes in a cache, where they have this digest; `undefined` where they were not kept, or are others by now. */
export async function keptFile(
  { url }: UrlSource,
  { directory }: Cache,
  { algorithm, hex }: Checksum,
): Promise<string | undefined> {
  const paths = entryPaths(directory, url);
  const entry = await readEntry(paths, url, undefined, undefined);
  return entry?.facts.digests[algorithm] === hex ? paths.data : undefined;
}
