import { type FileSource, UnsupportedError } from "../../model/index.ts";
import { cacheFile } from "../cache/cache-file.ts";
import { resolveChecksum } from "../declared-checksum.ts";
import type { OpenedSource } from "../opened.ts";
import type { OnProgress } from "../progress.ts";
import { cacheOf, empty, type LocalSource, type OpenOptions } from "../source.ts";
import { convertToRaw } from "./convert.ts";

/**
 * Opens a source as raw. A conversion reads here and there, so a URL is downloaded to the cache first.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` for a program's own data, and for a URL where nothing is cached. Otherwise
 *   what {@link convertToRaw} and `cacheFile` throw.
 */
export async function openConverted(
  source: LocalSource,
  options: OpenOptions & { readonly onRead?: OnProgress | undefined },
): Promise<OpenedSource> {
  const opened = await convertToRaw(await localFile(source, options), { signal: options.signal });
  if (opened.sizeBytes !== 0) return opened;
  await opened.close();
  throw empty();
}

async function localFile(
  source: LocalSource,
  options: OpenOptions & { readonly onRead?: OnProgress | undefined },
): Promise<FileSource> {
  if ("file" in source) return source;
  const cache = "url" in source ? cacheOf(source, options) : undefined;
  if (!("url" in source) || cache === undefined) {
    const alternative = "save the source as a file, and give it as source.file";
    throw new UnsupportedError({ backend: "transfer", capability: "convert", alternative });
  }
  const checksum = await resolveChecksum(source, [new URL(source.url).pathname], options);
  // It was held against its checksum on its way to the cache.
  return { file: await cacheFile(source, cache, { ...options, checksum }) };
}
