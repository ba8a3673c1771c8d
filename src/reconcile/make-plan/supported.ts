import type { Backend } from "../../backends/backend.ts";
import {
  FormatError,
  type ImageSpec,
  type Issue,
  parseChecksum,
  SpecError,
  sourceKind,
  UnsupportedError,
} from "../../model/index.ts";
import { isComputable } from "../../transfer/digest.ts";
import { canDeliver, deliverableKinds, unsupportedByCloud } from "./can-deliver.ts";

/** What to use instead of a way that isn't there. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  "source.webDownload": "use source.url, which this process fetches",
  "source.volumeId": "use source.file or source.url",
  "source.object": "use source.url",
  "source.imageId": "use source.file, after a download of the image",
  decompress: "use source.url, source.file or source.open, which this process decompresses",
  convert: "save the source as a file, and give it as source.file",
};

/** What to use instead of this field. Advice to use another source is for clouds that take data from this process. */
function alternativeTo(field: string, backend: Backend): string | undefined {
  const kinds = deliverableKinds(backend);
  const own = backend.alternatives?.[field];
  if (own !== undefined) return own;
  if (kinds.includes("file") || field === "members") return ALTERNATIVES[field];
  if (!field.startsWith("source.")) return "leave it out: the data doesn't pass through this process";
  return kindsTaken(backend);
}

/**
 * Holds a spec against what the backend can do.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` that names the field.
 * @throws SpecError `ERR_SPEC_INVALID` for a checksum that can't be computed.
 * @throws FormatError `ERR_CONVERT_UNSUPPORTED` for a format that nothing is converted to.
 */
export function checkSupported(spec: ImageSpec, backend: Backend): void {
  const field = unsupportedByCloud(spec, backend) ?? unsupportedField(spec, backend);
  if (field !== undefined) {
    throw new UnsupportedError({
      backend: backend.name,
      capability: field,
      alternative: alternativeTo(field, backend),
    });
  }
  if (spec.id !== undefined && backend.idsAreGivenBy === "cloud") {
    const message =
      "can't be chosen, the cloud gives it: leave it out, or name an image by plan(spec, { id })";
    throw new SpecError([{ path: ["id"], message }], { subject: `The spec of ${JSON.stringify(spec.name)}` });
  }
  checkConversion(spec);
  const issue = checksumIssue(spec);
  if (issue !== undefined) throw new SpecError([issue]);
}

function unsupportedField({ source, convert, members }: ImageSpec, backend: Backend): string | undefined {
  if (members !== undefined && backend.members === undefined) return "members";
  if (source === undefined) return undefined;
  if (!canDeliver(source, backend)) return `source.${sourceKind(source)}`;
  const isConvertible = "file" in source || "url" in source;
  return convert === true && !isConvertible ? "convert" : undefined;
}

/** For messages: which sources a backend takes. */
export function kindsTaken(backend: Backend): string {
  const kinds = deliverableKinds(backend).map((kind) => `source.${kind}`);
  if (kinds.length === 0) return "its images are made elsewhere, and only changed here";
  return `it makes images of ${kinds.join(", ")}`;
}

function checkConversion({ name, convert, diskFormat, source }: ImageSpec): void {
  if (convert !== true || source === undefined || diskFormat === "raw") return;
  const to = diskFormat ?? "FORMAT";
  const file = "file" in source ? JSON.stringify(source.file) : "SOURCE";
  const what = diskFormat === undefined ? "has no diskFormat" : `converts to ${diskFormat}`;
  throw new FormatError(
    `The spec of ${JSON.stringify(name)} ${what}: only raw is converted to on the way. Say diskFormat: "raw", or run "qemu-img convert -O ${to} ${file} image.${to}" and give that, without convert`,
    { code: "ERR_CONVERT_UNSUPPORTED", declared: diskFormat },
  );
}

function checksumIssue({ source }: ImageSpec): Issue | undefined {
  // Only the cloud computes it.
  if (source !== undefined && "webDownload" in source) return undefined;
  const text = source !== undefined && "checksum" in source ? source.checksum : undefined;
  const checksum = typeof text === "string" ? parseChecksum(text) : undefined;
  if (checksum === undefined || isComputable(checksum.algorithm)) return undefined;
  return { path: ["source", "checksum"], message: `this Node.js can't compute ${checksum.algorithm}` };
}
