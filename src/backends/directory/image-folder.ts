import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exists, hasCode, syncFolder, writeDurably } from "../../files/disk.ts";
import { removeIfStale } from "../../files/lock.ts";
import type { Image } from "../../model/index.ts";
import { besideWhich, isDraft, isImageId, isTrash, type Layout, RECORD } from "./layout.ts";
import { encodeRecord } from "./wire.ts";

/** The ids of the images; none when nothing was ever written. */
export async function listIds(layout: Layout): Promise<readonly string[]> {
  return (await namesIn(layout.root)).filter(isImageId);
}

/** Makes an image's folder with its record, under its lock and in one step; `false` when its id was ever given. */
export async function makeImageFolder(layout: Layout, image: Image): Promise<boolean> {
  const folder = layout.folder(image.id);
  if ((await exists(folder)) || (await exists(layout.tombstone(image.id)))) return false;
  const draft = layout.folderDraft(image.id);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  await writeDurably(join(draft, RECORD), encodeRecord(image));
  await syncFolder(draft);
  await rename(draft, folder);
  await syncFolder(layout.root);
  return true;
}

/** Takes an image's folder away, under its lock and in one step. Its files are trash from then on. */
export async function discardImageFolder(layout: Layout, id: string): Promise<void> {
  await writeDurably(layout.tombstone(id), "");
  await rm(layout.trash(id), { recursive: true, force: true });
  await rename(layout.folder(id), layout.trash(id));
  await syncFolder(layout.root);
}

/** Removes the files of deleted images, and what killed creations, changes and deletions left beside the images. */
export async function removeLeftovers(layout: Layout): Promise<void> {
  const names = await namesIn(layout.root);
  for (const name of names.filter(isTrash))
    await rm(join(layout.root, name), { recursive: true, force: true });
  for (const id of new Set(names.map(besideWhich))) {
    if (id === undefined) continue;
    await removeIfStale(layout.lock(id));
    // Who makes a folder holds the lock from before until it is in place.
    if (await exists(layout.lock(id))) continue;
    await rm(layout.folderDraft(id), { recursive: true, force: true });
  }
}

/** Removes what killed writers left in an image's folder. To be called under its lock. */
export async function removeDrafts(folder: string): Promise<void> {
  for (const name of (await namesIn(folder)).filter(isDraft)) {
    await rm(join(folder, name), { force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
