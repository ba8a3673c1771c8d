import { SourceSchema, SpecError, untilAborted } from "../../model/index.ts";
import { isLocalSource, type LocalSource, openSource } from "../source.ts";
import type { UrlOptions } from "../url.ts";
import type { Inspection } from "./inspection.ts";
import { inspector } from "./inspector.ts";
import { readRegions } from "./read-regions.ts";

/**
 * Finds out what image data is: its format, the size of its disk, and whether it is safe to use. Its headers are read,
 * nothing else is looked at. The checks are those of OpenStack's oslo.utils, which Glance runs since 2025.1, and the
 * library's own where {@link Problem.check} says so.
 *
 * Of a file only what is needed is read, a few kibibytes. A URL or a program's data is read until the format is
 * known; a disk without a format, to its end, because a fixed VHD is one with a footer.
 *
 * @param source A bare string is a URL or a path.
 * @throws SpecError `ERR_SPEC_INVALID` for a source whose bytes don't come through this process, and for a file that
 *   can't be read.
 * @throws What {@link openSource} throws. Whatever the data is, its inspection throws nothing.
 */
export async function inspectImage(
  source: LocalSource | string,
  options: UrlOptions = {},
): Promise<Inspection> {
  const { signal } = options;
  signal?.throwIfAborted();
  const { readAt, sizeBytes, chunks, close } = await openSource(parse(source), options);
  try {
    if (readAt !== undefined && sizeBytes !== undefined)
      return (await readRegions(readAt, sizeBytes)).inspection;
    const inspection = inspector(sizeBytes);
    for await (const chunk of untilAborted(chunks, signal)) {
      inspection.update(chunk);
      if (inspection.isDoneButForEnd() && inspection.findings().isDone)
        return inspection.findings().inspection;
    }
    inspection.end();
    return inspection.findings().inspection;
  } finally {
    await close();
  }
}

function parse(input: LocalSource | string): LocalSource {
  const parsed = SourceSchema.safeParse(input);
  if (parsed.success && isLocalSource(parsed.data)) return parsed.data;
  const message = parsed.success
    ? "must be one whose bytes come through this process: file, url or open"
    : parsed.error.issues.map((issue) => issue.message).join("; ");
  throw new SpecError([{ path: ["source"], message }], { subject: "The source" });
}
