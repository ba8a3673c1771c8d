import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";

/** Where everything of a folder of images is. What readers don't see, or no more, begins with a dot. */
export interface Layout {
  readonly root: string;
  /** The folder of an image. */
  readonly folder: (id: string) => string;
  readonly record: (id: string) => string;
  readonly data: (id: string) => string;
  /** Another file each time: what becomes the record. */
  readonly recordDraft: (id: string) => string;
  /** Another file each time: what becomes the data. */
  readonly dataDraft: (id: string) => string;
  /** Exists while somebody changes the image. Beside its folder, so that the folder can be moved. */
  readonly lock: (id: string) => string;
  /** What becomes the folder. */
  readonly folderDraft: (id: string) => string;
  /** What was the folder, until it is removed. */
  readonly trash: (id: string) => string;
  /** An empty file: this id was given and is never given again. */
  readonly tombstone: (id: string) => string;
}

/** The file name of an image record. */
export const RECORD = "image.json";

const DRAFT = ".draft-";
const TRASH = ".trash";
const LOCK = ".lock";
const FOLDER_DRAFT = ".draft";

/** The layout of the folder at this path. */
export function layoutOf(path: string): Layout {
  const root = resolve(path);
  const inFolder = (name: string) => (id: string) => join(root, id, name);
  const draft = (id: string) => join(root, id, `${DRAFT}${randomUUID()}`);
  const beside = (suffix: string) => (id: string) => join(root, `.${id}${suffix}`);
  return {
    root,
    folder: (id) => join(root, id),
    record: inFolder(RECORD),
    data: inFolder("data"),
    recordDraft: draft,
    dataDraft: draft,
    lock: beside(LOCK),
    folderDraft: beside(FOLDER_DRAFT),
    trash: beside(TRASH),
    tombstone: beside(".deleted"),
  };
}

/** Whether this is an id that may become a path: a UUID in lower case, as a spec's `id` is. */
export function isImageId(id: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);
}

/** Whether a file in an image's folder is, or was, to become its data or record. */
export function isDraft(name: string): boolean {
  return name.startsWith(DRAFT);
}

/** The image whose lock or draft folder this is, as a file beside the images' folders. */
export function besideWhich(name: string): string | undefined {
  const [, id, suffix = ""] = /^\.(.{36})(\..+)$/.exec(name) ?? [];
  return id !== undefined && isImageId(id) && [LOCK, FOLDER_DRAFT].includes(suffix) ? id : undefined;
}

/** Whether a file beside the images' folders is what is left of a deleted image. */
export function isTrash(name: string): boolean {
  return name.startsWith(".") && name.endsWith(TRASH) && isImageId(name.slice(1, -TRASH.length));
}
