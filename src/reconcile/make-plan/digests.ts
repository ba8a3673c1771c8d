import { digestName, type FileSource, type Image, type ImageSpec, type Source } from "../../model/index.ts";
import { keptFile } from "../../transfer/cache/cache-file.ts";
import type { Passed } from "../../transfer/check.ts";
import { isComputable } from "../../transfer/digest.ts";
import { cacheOf } from "../../transfer/source.ts";
import type { Context } from "../context.ts";
import { reportedAlgorithm, storedDigest, storesSourceBytes } from "../plan/content.ts";

/** Data on its way, as far as its digests are concerned. */
interface Data {
  readonly spec: Pick<ImageSpec, "verifyChecksum" | "decompress" | "convert">;
  readonly source: Source;
}

/** The `os_hash_algo` of nearly every Glance, and what there was before. */
const [LIKELY, ALWAYS_THERE] = ["sha512", "md5"] as const;

/** The digests to make of data on its way: few, for each costs about a second of a processor for a GiB. */
export function digestsToMake(context: Context, data: Data): readonly string[] {
  if (data.spec.verifyChecksum === false) return [];
  const known = context.backend.hashAlgorithm?.();
  if (known !== undefined) return [isComputable(known) ? digestName(known) : ALWAYS_THERE];
  return isThereAfterwards(context, data) ? [LIKELY] : [LIKELY, ALWAYS_THERE];
}

/** A cloud may report a digest that nobody expected: a local file, or a kept download, can be read once more to make it. */
export async function withMissedDigest(
  context: Context,
  image: Image,
  data: Data,
  passed: Passed,
): Promise<Passed> {
  const { digests, signal } = context;
  const algorithm = missedAlgorithm(image, passed);
  if (algorithm === undefined) return passed;
  const file = storedFile(data) ?? (await keptDownload(context, data, passed));
  if (file === undefined) return passed;
  const digest = await digests.digest(file, algorithm, signal).catch(() => undefined);
  signal?.throwIfAborted();
  return digest === undefined ? passed : { ...passed, digests: { ...passed.digests, [algorithm]: digest } };
}

/** The algorithm of the best digest that a cloud reports, where it was not made on the way and still can be. */
function missedAlgorithm(image: Image, { digests }: Passed): string | undefined {
  const reported = reportedAlgorithm(image);
  const comparable = reported !== undefined && isComputable(reported) ? reported : ALWAYS_THERE;
  const isMade = Object.hasOwn(digests, comparable);
  return isMade || storedDigest(image, comparable) === undefined ? undefined : comparable;
}

/** Whether the bytes that are stored can be read once more. */
function isThereAfterwards({ cache }: Context, data: Data): boolean {
  const { source, spec } = data;
  if (!("url" in source)) return storedFile(data) !== undefined;
  return storesSourceBytes(spec) && (source.cachePath !== undefined || cache !== undefined);
}

/** The file whose bytes are stored as they are. */
function storedFile({ spec, source }: Data): FileSource | undefined {
  return "file" in source && storesSourceBytes(spec) ? source : undefined;
}

/** The download whose bytes are stored as they are, if it was kept. */
async function keptDownload(
  context: Context,
  { spec, source }: Data,
  { digests }: Passed,
): Promise<FileSource | undefined> {
  const hex = digests[LIKELY];
  if (!("url" in source) || !storesSourceBytes(spec) || hex === undefined) return undefined;
  const cache = cacheOf(source, { cache: await context.cache?.() });
  const file = cache && (await keptFile(source, cache, { algorithm: LIKELY, hex }).catch(() => undefined));
  return file === undefined ? undefined : { file };
}
