import { z } from "zod";
import { parseChecksum } from "./checksum.ts";
import { issuesOf } from "./issues.ts";
import { unknownKey } from "./names.ts";
import { nearestKey } from "./nearest.ts";

/** Opens a program's own data at a byte offset. Called once for each attempt. */
export type OpenData = (start: number) => AsyncIterable<Uint8Array>;

/** Where the digest of a source is published. */
export type DeclaredChecksum = string | { readonly url: string };

/** A local file. */
export interface FileSource {
  /** Its path, absolute or relative to the working directory. */
  readonly file: string;
  /** The digest of the file's bytes: `algorithm:hex`. */
  readonly checksum?: DeclaredChecksum | undefined;
}

/** A file on a web server, fetched by this process. */
export interface UrlSource {
  /** `http:` or `https:`. User information in it moves to `username` and `password`. */
  readonly url: string;
  /** For basic authentication (RFC 7617); sent to the URL's own origin only. */
  readonly username?: string | undefined;
  /** Secret. */
  readonly password?: string | undefined;
  /** More request headers. Secret; sent to the URL's own origin only. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The digest of the bytes behind the URL, as they come: `algorithm:hex`, or a file that lists it. */
  readonly checksum?: DeclaredChecksum | undefined;
  /** A folder in which the download is kept. */
  readonly cachePath?: string | undefined;
}

/** A URL that the cloud itself fetches. */
export interface WebDownloadSource {
  /** `http:` or `https:`, without user information: no cloud can be given a secret for it. */
  readonly webDownload: string;
  /** The digest of the bytes behind the URL, `algorithm:hex`: held against what the cloud says it stored. */
  readonly checksum?: string | undefined;
}

/** A volume of the cloud, for clouds that make images of their volumes. */
export interface VolumeSource {
  readonly volumeId: string;
}

/** An object in the cloud's object storage, `bucket:key`, for clouds that make images of objects. */
export interface ObjectSource {
  readonly object: string;
}

/**
 * Another image of the cloud, which copies it where it has such a way. Elsewhere one of the backend's own region is read
 * and uploaded by this process; one of another region is fetched by the cloud.
 */
export interface ImageSource {
  readonly imageId: string;
  /** Default: the backend's. */
  readonly region?: string | undefined;
}

/** A program's own data. */
export interface OpenSource {
  readonly open: OpenData;
  /** How many bytes there will be, where that is known: more or fewer is an error. */
  readonly size?: number | undefined;
}

/** Where the data of an image comes from: exactly one of these. */
export type Source =
  | FileSource
  | UrlSource
  | WebDownloadSource
  | VolumeSource
  | ObjectSource
  | ImageSource
  | OpenSource;

/** What the key is called that tells one kind of source from the others. */
export type SourceKind = "file" | "url" | "webDownload" | "volumeId" | "object" | "imageId" | "open";

const httpUrl = z.string().superRefine((text, context) => {
  const problem = urlProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});

/** A URL that plans show as it is. */
const publicUrl = httpUrl.superRefine((text, context) => {
  const url = URL.parse(text);
  if (url !== null && (url.username !== "" || url.password !== ""))
    context.addIssue("must have no user information");
});

const DIGEST = 'must be "<algorithm>:<hex>", such as "sha256:9f86d0…"';
const digest = z.string(DIGEST).refine((text) => parseChecksum(text) !== undefined, DIGEST);

const checksum = z.union(
  [digest, strict({ url: publicUrl })],
  'must be "<algorithm>:<hex>", or { url } of a checksum file',
);

const text = z.string().min(1, "must not be empty");

const KINDS = {
  file: strict({ file: text, checksum: checksum.optional() }),
  url: strict({
    url: httpUrl,
    username: z.string().optional(),
    password: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    checksum: checksum.optional(),
    cachePath: text.optional(),
  }),
  webDownload: strict({ webDownload: publicUrl, checksum: digest.optional() }),
  volumeId: strict({ volumeId: text }),
  object: strict({ object: z.string().regex(/^[^:]+:.+$/, 'must be "bucket:key"') }),
  imageId: strict({ imageId: text, region: text.optional() }),
  open: strict({
    open: z
      .any()
      .refine(
        (value) => typeof value === "function",
        "must be a function that returns an AsyncIterable of bytes",
      ),
    size: z.int().min(0).optional(),
  }),
} as const;

const KIND_NAMES: readonly SourceKind[] = [
  "file",
  "url",
  "webDownload",
  "volumeId",
  "object",
  "imageId",
  "open",
];

/** The kind of a source. */
export function sourceKind(source: object): SourceKind | undefined {
  return KIND_NAMES.find((kind) => Object.hasOwn(source, kind));
}

/** The schema of `source`; a bare string is a URL or a path. */
export const SourceSchema: z.ZodType<Source> = z.preprocess(
  (input, context) => {
    const value = typeof input === "string" ? fromString(input) : withoutUndefined(input);
    if (typeof value !== "object" || value === null) {
      context.addIssue({
        code: "custom",
        message: `must be a URL, a path, or an object with one of ${KIND_NAMES.join(", ")}`,
      });
      return z.NEVER;
    }
    const kinds = KIND_NAMES.filter((kind) => Object.hasOwn(value, kind));
    const [kind, ...others] = kinds;
    if (kind === undefined || others.length > 0) {
      const found = kinds.length === 0 ? "none" : kinds.join(" and ");
      const slip = kinds.length === 0 ? slipOf(value) : undefined;
      context.addIssue({
        code: "custom",
        message: slip ?? `needs exactly one of ${KIND_NAMES.join(", ")}; it has ${found}`,
      });
      return z.NEVER;
    }
    const parsed = KINDS[kind].safeParse(withoutUserInformation(value));
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues.flatMap(issuesOf)) {
      context.addIssue({ code: "custom", path: [...issue.path], message: issue.message });
    }
    return z.NEVER;
  },
  z.union([
    KINDS.file,
    KINDS.url,
    KINDS.webDownload,
    KINDS.volumeId,
    KINDS.object,
    KINDS.imageId,
    KINDS.open,
  ]),
);

function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? (issue.keys as readonly string[]).map((key) => unknownKey(key, known)).join("; ")
        : undefined,
  });
}

/** What the user may have meant by a key that is no kind. */
function slipOf(source: object): string | undefined {
  const key = Object.keys(source).find((key) => nearestKey(key, KIND_NAMES) !== undefined);
  return key === undefined ? undefined : unknownKey(key, KIND_NAMES);
}

function fromString(input: string): { url: string } | { file: string } {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(input) ? { url: input } : { file: input };
}

/** A key that is `undefined` says as much as one that is absent. */
function withoutUndefined(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return input;
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function urlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "must be an absolute URL";
  if (url.protocol === "file:") return "must be http: or https:; for a local file use { file }";
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return `must be http: or https:, not ${url.protocol}`;
  return undefined;
}

function withoutUserInformation(value: object): object {
  const text = "url" in value ? value.url : undefined;
  const url = typeof text === "string" ? URL.parse(text) : null;
  if (url === null || (url.username === "" && url.password === "")) return value;
  const username = decode(url.username);
  const password = decode(url.password);
  url.username = "";
  url.password = "";
  return { username, password, ...value, url: url.href };
}

/** Percent-decodes; a percent sign that encodes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
