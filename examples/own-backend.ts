/** A backend of one's own, in full: images on a shelf, which is a map here and may be a client of any service. */
import { createHash } from "node:crypto";
import {
  type Backend,
  glanceRules,
  HttpError,
  type Image,
  ImageSpec,
  type MetadataOperation,
} from "imagewright";

/** The fields that images on a shelf don't have. */
const LACKING = [
  "containerFormat",
  "minDiskGb",
  "minRamMb",
  "visibility",
  "protected",
  "hidden",
  "tags",
] as const;

/** A shelf of images, which is empty at first. */
export function shelf(): Backend {
  const images = new Map<string, Image>();
  const usedIds = new Set<string>();

  const find = (id: string): Image => {
    const image = images.get(id);
    if (image === undefined) throw refused(404, `There is no image ${id} on the shelf`);
    return image;
  };
  const save = (image: Image): Image => {
    images.set(image.id, { ...image, updatedAt: now() });
    return structuredClone(find(image.id));
  };

  return {
    name: "shelf",
    rules: glanceRules,
    spec: ImageSpec.superRefine((spec, context) => {
      for (const field of LACKING) {
        if (spec[field] === undefined) continue;
        context.addIssue({
          code: "custom",
          path: [field],
          message: "there is none on a shelf: leave it out",
        });
      }
    }),

    async *list(_query, { signal } = {}) {
      signal?.throwIfAborted();
      for (const image of images.values()) yield structuredClone(image);
    },

    async get(id, { signal } = {}) {
      signal?.throwIfAborted();
      return structuredClone(images.get(id));
    },

    async create({ properties = {}, ...image }, { signal } = {}) {
      signal?.throwIfAborted();
      if (usedIds.has(image.id)) throw refused(409, `The id ${image.id} was given before`);
      usedIds.add(image.id);
      return save({ ...image, properties: { ...properties }, tags: [], status: "queued", createdAt: now() });
    },

    async update(id, operations, { signal } = {}) {
      signal?.throwIfAborted();
      return save(operations.reduce(withChange, find(id)));
    },

    async upload(id, { chunks }, { signal } = {}) {
      signal?.throwIfAborted();
      const image = find(id);
      if (image.status !== "queued") throw refused(409, `Image ${id} is ${image.status}`);
      save({ ...image, status: "saving" });
      const digest = createHash("sha512");
      let sizeBytes = 0;
      try {
        for await (const chunk of untilAborted(chunks, signal)) {
          digest.update(chunk); // A shelf of some use would keep the chunk, too.
          sizeBytes += chunk.length;
        }
      } catch (error) {
        if (images.has(id)) save({ ...find(id), status: "queued" });
        throw error;
      }
      const stored = { sizeBytes, hashAlgorithm: "sha512", hashValue: digest.digest("hex") };
      save({ ...find(id), ...stored, status: "active" });
    },

    async delete(id, { signal } = {}) {
      signal?.throwIfAborted();
      images.delete(id);
    },
  };
}

/** The image after one change, or 403: what is refused throws before anything is saved. */
function withChange(image: Image, operation: MetadataOperation): Image {
  const { kind, name, to } = operation.kind === "tag" ? { ...operation, name: "tags", to: "" } : operation;
  if (kind === "property") {
    const { [name]: _before, ...others } = image.properties;
    return { ...image, properties: to === undefined ? others : { ...others, [name]: to } };
  }
  const isOpen =
    name === "name" || name === "description" || (name === "diskFormat" && image.status === "queued");
  if (!isOpen) throw refused(403, `${name} of image ${image.id} can't be changed`);
  return { ...image, [name]: to };
}

/** The chunks; an abort throws the signal's reason, even while a chunk is awaited, and leaves no listener behind. */
async function* untilAborted(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { promise, reject } = Promise.withResolvers<never>();
      const abort = () => reject(signal?.reason);
      signal?.addEventListener("abort", abort);
      const { done, value } = await Promise.race([iterator.next(), promise]).finally(() =>
        signal?.removeEventListener("abort", abort),
      );
      if (done === true) return;
      yield value;
    }
  } finally {
    iterator.return?.().catch(() => {}); // It may be awaiting a chunk still.
  }
}

function refused(status: 403 | 404 | 409, message: string): HttpError {
  const codes = { 403: "ERR_HTTP_FORBIDDEN", 404: "ERR_HTTP_NOT_FOUND", 409: "ERR_HTTP_CONFLICT" } as const;
  return new HttpError(message, { code: codes[status], status });
}

/** RFC 3339, to the second. */
function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, "Z");
}
