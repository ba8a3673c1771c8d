import { readFile, rename, rm } from "node:fs/promises";
import { ifMissing, syncFolder, writeDurably } from "../../files/disk.ts";
import type { Image } from "../../model/index.ts";
import type { Layout } from "./layout.ts";
import { decodeRecord, encodeRecord } from "./wire.ts";

/** The image of this id; `undefined` when there is none. Needs no lock. */
export async function readRecord(layout: Layout, id: string): Promise<Image | undefined> {
  const json = await readJson(layout.record(id));
  return json === undefined ? undefined : decode(layout, id, json);
}

/**
 * Replaces a record, under its lock and in one step, by what `change` makes of it. Returns the new one;
 * `undefined` when there is no image. A record that another writer replaced meanwhile, because the lock was lost,
 * is read and changed again.
 */
export async function changeRecord(
  layout: Layout,
  id: string,
  change: (image: Image) => Image,
): Promise<Image | undefined> {
  const path = layout.record(id);
  const draft = layout.recordDraft(id);
  try {
    for (;;) {
      const json = await readJson(path);
      if (json === undefined) return undefined;
      const changed = encodeRecord(change(decode(layout, id, json)));
      await writeDurably(draft, changed);
      if ((await readJson(path)) !== json) continue;
      await rename(draft, path);
      await syncFolder(layout.folder(id));
      return decode(layout, id, changed);
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** A folder's name is its image's id, whatever a copied record says. */
function decode(layout: Layout, id: string, json: string): Image {
  return { ...decodeRecord(json, layout.record(id)), id };
}

async function readJson(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(ifMissing);
}
