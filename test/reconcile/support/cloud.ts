import { memory } from "../../../src/backends/memory/index.ts";
import type { Backend, Image, ImageSpecInput, OpenSource } from "../../../src/index.ts";

/** A backend with every capability. */
export type Cloud = Backend & Required<Pick<Backend, "create" | "upload" | "download" | "members">>;

/** An empty cloud. */
export function cloud(clock?: () => Date): Cloud {
  const backend = memory({ clock });
  const { create, upload, download, members } = backend;
  if (!create || !upload || !download || !members) throw new Error("memory has every capability");
  return { ...backend, create, upload, download, members };
}

/** A cloud that notes the calls made to it. */
export interface RecordedCloud extends Cloud {
  readonly calls: string[];
  /** The calls that change something, since the last time. */
  takeWrites(): string[];
}

const READS = ["get", "list", "download", "members.list"];

/** The cloud, with a note of every call. */
export function recorded(inner: Cloud = cloud()): RecordedCloud {
  const calls: string[] = [];
  const note = (name: string) => void calls.push(name);
  return {
    ...watched(inner, note),
    calls,
    takeWrites: () => calls.splice(0).filter((name) => !READS.includes(name)),
  };
}

/** The cloud, with something done before every call. */
export function watched(
  inner: Cloud,
  before: (name: string) => unknown,
  after: (name: string) => unknown = () => {},
): Cloud {
  const around = <Args extends unknown[], Value>(name: string, call: (...args: Args) => Promise<Value>) => {
    return async (...args: Args): Promise<Value> => {
      before(name);
      const value = await call(...args);
      after(name);
      return value;
    };
  };
  return {
    ...inner,
    list(query, options) {
      before("list");
      return inner.list(query, options);
    },
    get: around("get", inner.get),
    create: around("create", inner.create),
    update: around("update", inner.update),
    upload: around("upload", inner.upload),
    delete: around("delete", inner.delete),
    download: around("download", inner.download),
    members: {
      list: around("members.list", inner.members.list),
      add: around("members.add", inner.members.add),
      remove: around("members.remove", inner.members.remove),
    },
  };
}

/** All images of a cloud. */
export async function imagesOf(backend: Backend): Promise<Image[]> {
  const images: Image[] = [];
  for await (const image of backend.list({})) images.push(image);
  return images;
}

/** The only image of a cloud. */
export async function onlyImage(backend: Backend): Promise<Image> {
  const [image, ...others] = await imagesOf(backend);
  if (image === undefined || others.length > 0) throw new Error(`${others.length} other images`);
  return image;
}

/** A program's own data. */
export function dataOf(text: string): OpenSource {
  const bytes = new TextEncoder().encode(text);
  return {
    open: async function* () {
      yield bytes.slice(0, 3);
      yield bytes.slice(3);
    },
    size: bytes.length,
  };
}

/** A spec with data, and what is given. */
export function specOf(fields: Partial<ImageSpecInput> = {}): ImageSpecInput {
  return {
    name: "debian",
    containerFormat: "bare",
    diskFormat: "raw",
    source: dataOf("first data"),
    ...fields,
  };
}

/** The text that is stored as an image's data. */
export async function textOf(backend: Cloud, id: string): Promise<string> {
  const { chunks } = await backend.download(id);
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("there was no failure");
}

/** Data without an end, and whether it was let go of. */
export function endlessSource(): { readonly source: OpenSource; readonly isClosed: () => boolean } {
  let isClosed = false;
  const open = async function* () {
    try {
      for (;;) yield new Uint8Array(2 ** 20);
    } finally {
      isClosed = true;
    }
  };
  return { source: { open }, isClosed: () => isClosed };
}
