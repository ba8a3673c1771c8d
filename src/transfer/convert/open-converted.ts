import { type Codec, type FileSource, UnsupportedError } from "../../model/index.ts";
import { cacheFile } from "../cache/cache-file.ts";
import { resolveChecksum } from "../declared-checksum.ts";
import type { OpenedSource } from "../opened.ts";
import { cacheOf, empty, type LocalSource } from "../source.ts";
import { convertToRaw, openRaw } from "./convert.ts";
import { type DecompressedFileOptions, decompressToFile } from "./decompressed-file.ts";

/** How a source is opened as raw. */
export interface OpenConvertedOptions extends Omit<DecompressedFileOptions, "decompress"> {
  /** How the source is compressed, `true` finds out. Default: `false`, it isn't. */
  readonly decompress?: boolean | Codec | undefined;
}

/**
 * Opens a source as raw. A conversion reads here and there, so a URL is downloaded to the cache first, and what is
 * compressed is decompressed to a file. When it returns, the source was found to be what is declared.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` for a program's own data, and for a URL that is neither cached nor
 *   decompressed. Otherwise what {@link convertToRaw}, `cacheFile` and `decompressToFile` throw.
 */
export async function openConverted(
  source: LocalSource,
  options: OpenConvertedOptions,
): Promise<OpenedSource> {
  const { decompress = false, signal } = options;
  if ("open" in source) throw unsupported();
  const opened =
    decompress === false
      ? await convertToRaw(await localFile(source, options), { signal })
      : await openDecompressed(source, { ...options, decompress });
  if (opened.sizeBytes !== 0) return opened;
  await opened.close();
  throw empty();
}

async function openDecompressed(
  source: LocalSource,
  options: DecompressedFileOptions,
): Promise<OpenedSource> {
  const { sourceSizeBytes, ...local } = await decompressToFile(source, options);
  try {
    return { ...(await openRaw(local, undefined)), sourceSizeBytes };
  } catch (error) {
    await local.handle.close();
    throw error;
  }
}

async function localFile(
  source: Exclude<LocalSource, { open: unknown }>,
  options: OpenConvertedOptions,
): Promise<FileSource> {
  if ("file" in source) return source;
  const { signal, connections, onCacheHit, onSize, onRead } = options;
  const cache = cacheOf(source, options);
  if (cache === undefined) throw unsupported();
  const checksum = await resolveChecksum(source, [new URL(source.url).pathname], { signal });
  // It was held against its checksum on its way to the cache.
  return {
    file: await cacheFile(source, cache, { checksum, signal, connections, onCacheHit, onSize, onRead }),
  };
}

function unsupported(): UnsupportedError {
  const alternative = "save the source as a file, and give it as source.file";
  return new UnsupportedError({ backend: "transfer", capability: "convert", alternative });
}
