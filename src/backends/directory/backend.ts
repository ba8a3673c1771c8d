import { mkdir, rename, rm } from "node:fs/promises";
import { withLock } from "../../files/lock.ts";
import {
  compareImages,
  glanceRules,
  type Image,
  ImageSpec,
  type Issue,
  matchesQuery,
  SpecError,
  sortedSet,
  TransferError,
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
import { dataSize, readData, writeData } from "./data-file.ts";
import { onDisk } from "./disk.ts";
import {
  discardImageFolder,
  listIds,
  makeImageFolder,
  removeDrafts,
  removeLeftovers,
} from "./image-folder.ts";
import { isImageId, layoutOf } from "./layout.ts";
import type { DirectoryOptions } from "./options.ts";
import { changeRecord, readRecord } from "./record-file.ts";

/**
 * Images in a local folder, which is made at the first write: for each image a folder `<id>` with its record,
 * `image.json`, and its `data`. Needs no server, and any number of processes may use the folder at once.
 *
 * An image stays `queued` on disk while its data is on its way, so that the upload of a killed process can be made
 * again; to whom sends it it is `saving`.
 * Of two processes that upload the same image, the first that ends wins, and the other is refused with 409.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for a path that is none, and options that nobody knows.
 */
export function directory(path: string, options: DirectoryOptions = {}): Backend {
  refuseIssues([...pathIssues(path), ...clockIssues(options)], "directory");
  const now = nowOf(options);
  const layout = layoutOf(path);
  const uploading = new Set<string>();

  const action = (what: string, id: string) => `${what} of image ${id} in ${layout.root}`;
  const find = async (id: string): Promise<Image | undefined> =>
    isImageId(id) ? await readRecord(layout, id) : undefined;
  // To whom the upload is not known, in another process, the image is queued.
  const seen = async (id: string): Promise<Image | undefined> => {
    const image = await find(id);
    return image?.status === "queued" && uploading.has(id) ? { ...image, status: "saving" } : image;
  };
  const existing = async (id: string): Promise<Image> => {
    const image = await find(id);
    if (image === undefined) throw missing(id);
    return image;
  };
  const queued = async (id: string): Promise<void> => {
    const { status } = await existing(id);
    if (status !== "queued") throw refusal(409, `Image ${id} is ${status}, not queued`);
  };
  const change = async (id: string, by: (image: Image) => Image): Promise<Image> => {
    const changed = await changeRecord(layout, id, by);
    if (changed === undefined) throw missing(id);
    return changed;
  };
  const changeLocked = (
    what: string,
    id: string,
    signal: AbortSignal | undefined,
    by: (image: Image) => Image,
  ) =>
    onDisk(action(what, id), signal, async () => {
      await existing(id);
      return await withLock(layout.lock(id), signal, async () => {
        const changed = await change(id, by);
        // Nothing can become the data of an image that has data.
        if (changed.status !== "queued") await removeDrafts(layout.folder(id));
        return changed;
      });
    });

  return {
    name: "directory",
    spec: ImageSpec,
    rules: glanceRules,

    async *list(query, { signal } = {}) {
      const what = `Listing of ${layout.root}`;
      const ids = await onDisk(what, signal, () => listIds(layout));
      const images: Image[] = [];
      for (const id of ids) {
        const image = await onDisk(what, signal, () => seen(id));
        if (image !== undefined && matchesQuery(image, query)) images.push(image);
      }
      yield* images.sort(compareImages(query));
    },

    async get(id, { signal } = {}) {
      return await onDisk(action("Reading", id), signal, () => seen(id));
    },

    async create(image, { signal } = {}) {
      const { id } = image;
      return await onDisk(action("Creation", id), signal, async () => {
        if (!isImageId(id)) throw new SpecError([{ path: ["id"], message: "must be a UUID in lower case" }]);
        await mkdir(layout.root, { recursive: true });
        return await withLock(layout.lock(id), signal, async () => {
          const made = await makeImageFolder(layout, newRecord(image, now()));
          if (!made) throw refusal(409, `Image id ${id} was given before`);
          return await existing(id);
        });
      });
    },

    async update(id, operations, { signal } = {}) {
      return await changeLocked("Change", id, signal, (image) =>
        withChanges(image, operations, glanceRules, now()),
      );
    },

    async delete(id, { signal } = {}) {
      await onDisk(action("Deletion", id), signal, async () => {
        if ((await find(id)) !== undefined) {
          await withLock(layout.lock(id), signal, async () => {
            const image = await find(id);
            if (image?.protected === true) throw refusal(403, `Image ${id} is protected`);
            if (image !== undefined) await discardImageFolder(layout, id);
          });
        }
        await removeLeftovers(layout);
      });
    },

    async upload(id, { chunks }, { signal } = {}) {
      const what = action("Upload", id);
      await onDisk(what, signal, () => queued(id));
      if (uploading.has(id)) throw refusal(409, `Another upload of image ${id} is under way`);
      uploading.add(id);
      const draft = layout.dataDraft(id);
      try {
        const data = await writeData(draft, untilAborted(chunks, signal), what);
        await onDisk(what, signal, () =>
          withLock(layout.lock(id), signal, async () => {
            await queued(id);
            await rename(draft, layout.data(id));
            await change(id, (image) => withData(image, data, now()));
            await removeDrafts(layout.folder(id));
          }),
        );
      } finally {
        uploading.delete(id);
        await rm(draft, { force: true });
      }
    },

    async download(id, { signal, startByte = 0 } = {}) {
      const what = action("Download", id);
      return await onDisk(what, signal, async () => {
        const { status, sizeBytes } = await existing(id);
        const actual = status === "queued" ? undefined : await dataSize(layout.data(id));
        if (actual === undefined) throw noData(id, status);
        if (status === "deactivated") throw closed(id);
        if (sizeBytes !== undefined && sizeBytes !== actual) {
          throw new TransferError(
            `The data of image ${id} has ${actual} bytes, its record says ${sizeBytes}`,
            {
              code: "ERR_SIZE_MISMATCH",
              expected: sizeBytes,
              actual,
            },
          );
        }
        const chunks = readData(layout.data(id), startByte, what, signal);
        return { sizeBytes: Math.max(0, actual - startByte), startByte, chunks };
      });
    },

    async deactivate(id, { signal } = {}) {
      await changeLocked("Deactivation", id, signal, (image) => withActivation(image, "deactivated", now()));
    },

    async reactivate(id, { signal } = {}) {
      await changeLocked("Reactivation", id, signal, (image) => withActivation(image, "active", now()));
    },

    members: {
      async list(id, { signal } = {}) {
        const { members = [] } = await onDisk(action("Reading", id), signal, () => existing(id));
        return members;
      },
      async add(id, project, { signal } = {}) {
        await changeLocked("Sharing", id, signal, (image) => {
          if (image.visibility !== "shared") throw refusal(403, `Image ${id} is not shared`);
          return { ...image, members: sortedSet([...(image.members ?? []), project]) };
        });
      },
      async remove(id, project, { signal } = {}) {
        await changeLocked("Sharing", id, signal, (image) => ({
          ...image,
          members: (image.members ?? []).filter((member) => member !== project),
        }));
      },
    },
  };
}

/** An empty path would be the working directory. */
function pathIssues(path: unknown): readonly Issue[] {
  if (typeof path === "string" && path !== "") return [];
  return [{ path: ["path"], message: "must be the path of a folder" }];
}
