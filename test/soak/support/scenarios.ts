import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Backend, ImageSpecInput, PlanOptions } from "../../../src/index.ts";
import { chunkedContent, content, serve } from "../../integration/support/file-server.ts";
import { digest, temporaryDirectory } from "../../integration/support/files.ts";
import type { Chance } from "./chance.ts";

/** What there is before, and what shall be in the end. */
export interface Scenario {
  readonly spec: ImageSpecInput & { readonly tags: readonly string[] };
  readonly onReplace: PlanOptions["onReplace"];
  /** The sha512 of the data that shall be there. */
  readonly hashValue: string;
  /** The sha512 of data that may still be there as long as a run failed; absent where there was none. */
  readonly hashBefore: string | undefined;
  /** The properties that the image shall have, and no others but the library's own. */
  readonly properties: Readonly<Record<string, string>>;
}

/** What an apply is about. */
export const KINDS = ["create", "fill", "update", "replace", "replace, delete-first"] as const;
export type Kind = (typeof KINDS)[number];

const SIZE_BYTES = 64 * 1024;
const FORMATS = { containerFormat: "bare", diskFormat: "raw" } as const;

/** Sets up what there is before an apply, for one test. */
export async function setUp(kind: Kind, name: string, backend: Backend, chance: Chance): Promise<Scenario> {
  const data = randomBytes(SIZE_BYTES);
  const onReplace = kind === "replace, delete-first" ? "delete-first" : undefined;
  const kept = kind === "replace" || kind === "update" ? { color: "blue" } : undefined;
  const declared = kept === undefined ? { os_distro: "debian" } : undefined;
  const spec = {
    name,
    ...FORMATS,
    source: await sourceOf(kind, data, chance),
    tags: ["one", "two"],
    minDiskGb: 1,
    ...(declared === undefined ? {} : { properties: declared }),
  };
  const { hashBefore } = await prepare(kind, name, backend, data, kept);
  return {
    spec,
    onReplace,
    hashValue: digest("sha512", data),
    hashBefore,
    properties: declared ?? kept ?? {},
  };
}

async function prepare(
  kind: Kind,
  name: string,
  { create, upload }: Backend,
  data: Buffer,
  properties: Record<string, string> = {},
): Promise<{ hashBefore: string | undefined }> {
  if (kind === "create") return { hashBefore: undefined };
  if (create === undefined || upload === undefined) throw new Error("The backend takes no data");
  const id = crypto.randomUUID();
  await create({ id, name, ...FORMATS, properties, tags: ["two", "old"], minDiskGb: 0 });
  if (kind === "fill") return { hashBefore: undefined };
  const before = kind === "update" ? data : randomBytes(SIZE_BYTES);
  await upload(id, { sizeBytes: before.length, chunks: iterate(before) });
  return { hashBefore: digest("sha512", before) };
}

async function* iterate(data: Buffer): AsyncGenerator<Uint8Array> {
  yield data;
}

/**
 * From a file or a server, which says how much it is or doesn't, with a checksum or without. Of data that is there
 * already, only a checksum tells whether it is the server's.
 */
async function sourceOf(kind: Kind, data: Buffer, chance: Chance): Promise<ImageSpecInput["source"]> {
  const hasChecksum = chance.happens(0.5);
  const checksum = { checksum: `sha512:${digest("sha512", data)}` };
  if (chance.happens(0.5)) {
    const file = join(await temporaryDirectory(), "disk.img");
    await writeFile(file, data);
    return hasChecksum ? { file, ...checksum } : { file };
  }
  const { origin } = await serve({ "/disk": chance.happens(0.5) ? content(data) : chunkedContent(data) });
  const url = `${origin}/disk`;
  return hasChecksum || (kind !== "create" && kind !== "fill") ? { url, ...checksum } : { url };
}
