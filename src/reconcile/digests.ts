import { digestName, type FileSource, type Image, type ImageSpec, type Source } from "../model/index.ts";
import type { Passed } from "../transfer/check.ts";
import { isComputable } from "../transfer/digest.ts";
import { reportedAlgorithm, storedDigest, storesSourceBytes } from "./content.ts";
import type { Context } from "./context.ts";

/** Data on its way, as far as its digests are concerned. */
interface Data {
  readonly spec: Pick<ImageSpec, "verifyChecksum" | "decompress" | "convert">;
  readonly source: Source;
}

/** The `os_hash_algo` of nearly every Glance, and what there was before. */
const [LIKELY, ALWAYS_THERE] = ["sha512", "md5"] as const;

/** The digests to make of data on its way: few, for each costs about a second of a processor for a GiB. */
export function digestsToMake({ backend }: Context, data: Data): readonly string[] {
  if (data.spec.verifyChecksum === false) return [];
  const known = backend.hashAlgorithm?.();
  if (known !== undefined) return [isComputable(known) ? digestName(known) : ALWAYS_THERE];
  return storedFile(data) === undefined ? [LIKELY, ALWAYS_THERE] : [LIKELY];
}

/** A cloud may report a digest that nobody expected: a local file can be read once more to make it. */
export async function withMissedDigest(
  { digests, signal }: Context,
  image: Image,
  data: Data,
  passed: Passed,
): Promise<Passed> {
  const algorithm = missedAlgorithm(image, passed);
  const file = storedFile(data);
  if (algorithm === undefined || file === undefined) return passed;
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

/** The file whose bytes are stored as they are. */
function storedFile({ spec, source }: Data): FileSource | undefined {
  return "file" in source && storesSourceBytes(spec) ? source : undefined;
}
