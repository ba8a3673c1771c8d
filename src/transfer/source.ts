import {
  type FileSource,
  type OpenSource,
  type Source,
  SpecError,
  TransferError,
  type UrlSource,
} from "../model/index.ts";
import { openFile } from "./file.ts";
import type { OpenedSource } from "./opened.ts";
import { openProgram } from "./program.ts";
import { openUrl, type UrlOptions } from "./url.ts";

/** A source whose bytes pass through this process. */
export type LocalSource = FileSource | UrlSource | OpenSource;

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
export async function openSource(source: LocalSource, options: UrlOptions = {}): Promise<OpenedSource> {
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

async function openByKind(source: LocalSource, options: UrlOptions): Promise<OpenedSource> {
  if ("file" in source) return openFile(source);
  if ("url" in source) return openUrl(source, options);
  if (typeof source.open === "function") return openProgram(source);
  throw new SpecError([{ path: ["source", "open"], message: "must be a function" }]);
}
