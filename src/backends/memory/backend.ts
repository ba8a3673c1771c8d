import { createHash } from "node:crypto";
import {
  compareImages,
  glanceRules,
  type Image,
  ImageSpec,
  isGone,
  matchesQuery,
  untilAborted,
} from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import { clockIssues, nowOf, refuseIssues } from "../clock.ts";
import {
  closed,
  missing,
  newRecord,
  noData,
  refusal,
  withActivation,
  withChanges,
  withData,
} from "../record.ts";
import type { MemoryOptions } from "./options.ts";

interface Entry {
  image: Image;
  data?: Uint8Array[];
}

/**
 * Images in this process's memory: the executable reference of the contract, and a cloud for tests. Two calls
 * make two clouds; nothing outlives them.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for options that nobody knows.
 */
export function memory(options: MemoryOptions = {}): Backend {
  refuseIssues(clockIssues(options), "memory");
  const now = nowOf(options);
  const entries = new Map<string, Entry>();
  const usedIds = new Set<string>();

  const find = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw missing(id);
    return entry;
  };
  const share = (id: string, change: (members: ReadonlySet<string>) => Iterable<string>): void => {
    const entry = find(id);
    entry.image = { ...entry.image, members: [...change(new Set(entry.image.members))].sort() };
  };

  return {
    name: "memory",
    spec: ImageSpec,
    rules: glanceRules,

    async *list(query, { signal } = {}) {
      signal?.throwIfAborted();
      const images = [...entries.values()].map(({ image }) => image);
      yield* images
        .filter((image) => matchesQuery(image, query))
        .sort(compareImages(query))
        .map(copy);
    },

    async get(id, { signal } = {}) {
      signal?.throwIfAborted();
      const image = entries.get(id)?.image;
      return image === undefined || isGone(image.status) ? undefined : copy(image);
    },

    async create(image, { signal } = {}) {
      signal?.throwIfAborted();
      if (usedIds.has(image.id)) throw refusal(409, `Image id ${image.id} was given before`);
      usedIds.add(image.id);
      const entry = { image: newRecord(structuredClone(image), now()) };
      entries.set(image.id, entry);
      return copy(entry.image);
    },

    async update(id, operations, { signal } = {}) {
      signal?.throwIfAborted();
      const entry = find(id);
      entry.image = withChanges(entry.image, operations, glanceRules, now());
      return copy(entry.image);
    },

    async upload(id, { chunks }, { signal } = {}) {
      signal?.throwIfAborted();
      const entry = find(id);
      if (entry.image.status !== "queued")
        throw refusal(409, `Image ${id} is ${entry.image.status}, not queued`);
      entry.image = { ...entry.image, status: "saving" };
      const data: Uint8Array[] = [];
      const md5 = createHash("md5");
      const sha512 = createHash("sha512");
      let sizeBytes = 0;
      try {
        for await (const chunk of untilAborted(chunks, signal)) {
          data.push(new Uint8Array(chunk));
          md5.update(chunk);
          sha512.update(chunk);
          sizeBytes += chunk.length;
        }
      } catch (error) {
        entry.image = { ...entry.image, status: "queued" };
        throw error;
      }
      if (!entries.has(id)) throw missing(id);
      entry.data = data;
      entry.image = withData(
        entry.image,
        { sizeBytes, md5: md5.digest("hex"), sha512: sha512.digest("hex") },
        now(),
      );
    },

    async download(id, { signal, startByte = 0 } = {}) {
      signal?.throwIfAborted();
      const { image, data } = find(id);
      if (data === undefined) throw noData(id, image.status);
      if (image.status === "deactivated") throw closed(id);
      const sizeBytes = image.sizeBytes === undefined ? undefined : Math.max(0, image.sizeBytes - startByte);
      return { sizeBytes, startByte, chunks: iterate(data, startByte) };
    },

    async delete(id, { signal } = {}) {
      signal?.throwIfAborted();
      const image = entries.get(id)?.image;
      if (image?.protected === true) throw refusal(403, `Image ${id} is protected`);
      entries.delete(id);
    },

    async deactivate(id, { signal } = {}) {
      signal?.throwIfAborted();
      const entry = find(id);
      entry.image = withActivation(entry.image, "deactivated", now());
    },

    async reactivate(id, { signal } = {}) {
      signal?.throwIfAborted();
      const entry = find(id);
      entry.image = withActivation(entry.image, "active", now());
    },

    members: {
      async list(id, { signal } = {}) {
        signal?.throwIfAborted();
        return [...(find(id).image.members ?? [])];
      },
      async add(id, project, { signal } = {}) {
        signal?.throwIfAborted();
        if (find(id).image.visibility !== "shared") throw refusal(403, `Image ${id} is not shared`);
        share(id, (members) => new Set([...members, project]));
      },
      async remove(id, project, { signal } = {}) {
        signal?.throwIfAborted();
        share(id, (members) => [...members].filter((member) => member !== project));
      },
    },
  };
}

function copy(image: Image): Image {
  return structuredClone(image);
}

async function* iterate(data: readonly Uint8Array[], startByte: number): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const chunk of data) {
    if (offset + chunk.length > startByte) yield chunk.subarray(Math.max(0, startByte - offset));
    offset += chunk.length;
  }
}
