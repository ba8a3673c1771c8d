import {
  type Checksum,
  type FileSource,
  ImagewrightError,
  type OpenSource,
  type Source,
  SpecError,
  TransferError,
  type UrlSource,
} from "../model/index.ts";
import { type Cache, openCached } from "./cache/cache.ts";
import { openUrl } from "./download.ts";
import { openFile } from "./file.ts";
import type { OpenedSource } from "./opened.ts";
import { openProgram } from "./program.ts";
import type { UrlOptions } from "./url.ts";

/** A source whose bytes pass through this process. */
export type LocalSource = FileSource | UrlSource | OpenSource;

/** How a source is opened. */
export interface OpenOptions extends UrlOptions {
  /** Where downloads are kept. Default: nowhere; a source's own `cachePath` comes before it. */
  readonly cache?: Cache | undefined;
  /** The declared digest of the source's bytes, by which a kept download is known. */
  readonly checksum?: Checksum | undefined;
  /** Told when a download is there already. */
  readonly onCacheHit?: ((path: string) => void) | undefined;
}

/** Whether the bytes of a source pass through this process; the cloud sees to the others. */
export function isLocalSource(source: Source): source is LocalSource {
  return "file" in source || "url" in source || "open" in source;
}

/**
 * Opens a source: a file or a connection stands open after it, or nothing does.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for a file that is missing, no file, or empty.
 * @throws HttpError when a server refuses.
 * @throws NetworkError when a server doesn't answer.
 * @throws TransferError `ERR_URL_REFUSED` for a redirect that may not be followed, `ERR_TRANSFER_INCOMPLETE` for a
 *   source that says it has no bytes.
 */
export async function openSource(source: LocalSource, options: OpenOptions = {}): Promise<OpenedSource> {
  const opened = await openByKind(source, options);
  if (opened.sizeBytes !== 0) return opened;
  await opened.close();
  throw empty();
}

/** A source without a byte: Glance would make an active image of size 0 of it. */
export function empty(): TransferError {
  return new TransferError("The source has no bytes", {
    code: "ERR_TRANSFER_INCOMPLETE",
    actual: 0,
    offset: 0,
  });
}

async function openByKind(source: LocalSource, options: OpenOptions): Promise<OpenedSource> {
  if ("file" in source) return openFile(source);
  if ("url" in source) return openDownload(source, options);
  if (typeof source.open === "function") return openProgram(source);
  throw new SpecError([{ path: ["source", "open"], message: "must be a function" }]);
}

/** Where the download of a URL is kept. */
export function cacheOf({ cachePath }: UrlSource, { cache }: Pick<OpenOptions, "cache">): Cache | undefined {
  return cachePath === undefined ? cache : { directory: cachePath };
}

async function openDownload(source: UrlSource, options: OpenOptions): Promise<OpenedSource> {
  const { cachePath } = source;
  const cache = cacheOf(source, options);
  if (cache === undefined) return openUrl(source, options);
  try {
    return await openCached(source, cache, options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    // What nobody asked for by name must not stand in the way.
    if (cachePath === undefined) return openUrl(source, options);
    const message = `can't be used as a folder for downloads: ${error.message}`;
    throw new SpecError([{ path: ["source", "cachePath"], message }], { cause: error });
  }
}

/** Whether the operating system said it. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && !ImagewrightError.is(error) && "syscall" in error;
}
