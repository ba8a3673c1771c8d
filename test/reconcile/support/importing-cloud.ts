import type { ImportRequest, ImportState, Imports } from "../../../src/backends/backend.ts";
import { refusal } from "../../../src/backends/record.ts";
import type { Image } from "../../../src/index.ts";
import { type Cloud, cloud } from "./cloud.ts";

/** How a cloud behaves that brings data in by itself. */
export interface Behaviour {
  readonly methods?: readonly string[];
  /** `undefined`: one store, without a name. Default: `fast` and `slow`. */
  readonly stores?: readonly string[] | undefined;
  /** What is behind URLs, and in images of other regions by their ids. What isn't here fails. */
  readonly files?: Readonly<Record<string, string>>;
  /** The stores that take no data. */
  readonly broken?: readonly string[];
  /** How often an import is asked for before it ends. Default: 1. */
  readonly looks?: number;
  /** Done in place of what `start` does. */
  readonly start?: (start: Imports["start"], ...args: Parameters<Imports["start"]>) => Promise<void>;
  /** Whether nothing tells of an import that is under way, as before Wallaby. */
  readonly isSilent?: boolean;
}

/** A cloud that brings data in by itself. */
export interface ImportingCloud extends Cloud {
  readonly imports: Imports;
  /** What was asked of it, without data. */
  readonly requests: ImportRequest[];
  /** The stores that uploads named. */
  readonly uploads: (string | undefined)[];
  /** How often the cloud was asked what it offers. */
  readonly offers: () => number;
  /** Puts data into the staging area of an image, and no more. */
  stage(id: string, text: string): void;
}

interface Job {
  readonly request: ImportRequest;
  looksLeft: number;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The memory's cloud, with stores and imports. */
export function importingCloud(behaviour: Behaviour = {}): ImportingCloud {
  const inner = cloud();
  const { files = {}, broken = [], looks = 1, isSilent = false } = behaviour;
  const offered = "stores" in behaviour ? behaviour.stores : ["fast", "slow"];
  const placed = new Map<string, readonly string[]>();
  const staged = new Map<string, Uint8Array>();
  const jobs = new Map<string, Job>();
  const failed = new Map<string, { readonly reason: string; readonly stores: readonly string[] }>();
  const requests: ImportRequest[] = [];
  const uploads: (string | undefined)[] = [];
  let offers = 0;

  const shown = (image: Image): Image => ({
    ...image,
    ...(offered === undefined ? {} : { stores: placed.get(image.id) ?? [] }),
    ...(staged.has(image.id) ? { status: "uploading", sizeBytes: staged.get(image.id)?.length } : {}),
    serverProperties: jobs.has(image.id) && !isSilent ? { lock: "held" } : {},
  });

  const end = async (id: string, { request }: Job): Promise<void> => {
    jobs.delete(id);
    const wanted = request.stores ?? offered?.slice(0, 1) ?? [];
    const failing = wanted.filter((store) => broken.includes(store));
    const lost = failing.length === wanted.length && wanted.length > 0;
    if (lost || (failing.length > 0 && request.allStoresMustSucceed !== false)) {
      failed.set(id, { reason: `no room in ${failing.join()}`, stores: failing });
      return;
    }
    if (failing.length > 0) failed.set(id, { reason: "", stores: failing });
    placed.set(id, [...(placed.get(id) ?? []), ...wanted.filter((store) => !failing.includes(store))]);
    if (request.method === "copy-image") return;
    const data = dataOf(id, request);
    if (data === undefined) {
      placed.delete(id);
      failed.set(id, { reason: "404 of the source", stores: wanted });
      return;
    }
    staged.delete(id);
    await inner.upload(id, { sizeBytes: undefined, chunks: once(data) });
  };

  const dataOf = (id: string, request: ImportRequest): Uint8Array | undefined => {
    if (request.method === "glance-direct") return staged.get(id);
    const text = files[request.method === "web-download" ? request.url : nameOf(request)];
    return text === undefined ? undefined : encode(text);
  };

  const look = async (id: string): Promise<Image | undefined> => {
    const job = jobs.get(id);
    if (job !== undefined && job.looksLeft-- === 0) await end(id, job);
    const image = await inner.get(id);
    return image === undefined ? undefined : shown(image);
  };

  const start: Imports["start"] = async (id, request) => {
    const { data, ...asked } = { data: undefined, ...request };
    requests.push(asked);
    const image = await inner.get(id);
    if (image === undefined) throw refusal(404, `There is no image ${id}`);
    if (jobs.has(id)) throw refusal(409, "Image has active task");
    if (data !== undefined) {
      const parts: Uint8Array[] = [];
      for await (const chunk of data.chunks) parts.push(new Uint8Array(chunk));
      staged.set(id, Buffer.concat(parts));
    }
    failed.delete(id);
    jobs.set(id, { request: asked, looksLeft: looks });
  };

  const state = async (id: string): Promise<ImportState> => {
    const image = await look(id);
    if (image === undefined) return { status: "failed", image, reason: "it is gone", failedStores: [] };
    if (jobs.has(id) && !isSilent) return { status: "running", image, transferredBytes: 5 };
    const failure = failed.get(id);
    if (image.status === "active") return { status: "done", image, failedStores: failure?.stores ?? [] };
    if (failure === undefined || isSilent) return { status: "pending", image };
    return { status: "failed", image, reason: failure.reason, failedStores: failure.stores };
  };

  return {
    ...inner,
    requests,
    uploads,
    offers: () => offers,
    stage: (id, text) => void staged.set(id, encode(text)),
    async *list(query, options) {
      for await (const image of inner.list(query, options)) yield shown(image);
    },
    async get(id, options) {
      options?.signal?.throwIfAborted();
      return look(id);
    },
    async upload(id, data, options) {
      uploads.push(options?.store);
      await inner.upload(id, data, options);
      placed.set(id, [options?.store ?? "fast"]);
    },
    async update(id, operations, options) {
      // Glance would answer 200, and revert it.
      if (jobs.has(id)) throw new Error("Metadata is written while data is on its way");
      return shown(await inner.update(id, operations, options));
    },
    async delete(id, options) {
      jobs.delete(id);
      await inner.delete(id, options);
    },
    imports: {
      async offer() {
        offers++;
        return {
          methods: behaviour.methods ?? ["web-download", "glance-direct", "copy-image", "glance-download"],
          stores: offered,
        };
      },
      start: (id, request, options) =>
        behaviour.start === undefined
          ? start(id, request, options)
          : behaviour.start(start, id, request, options),
      state,
      isImporting: ({ serverProperties }) => serverProperties?.["lock"] === "held",
    },
  };
}

/** The cloud, with something else told of its imports. */
export function telling(backend: ImportingCloud, tell: (state: ImportState) => ImportState): ImportingCloud {
  const { imports } = backend;
  return {
    ...backend,
    imports: { ...imports, state: async (id, options) => tell(await imports.state(id, options)) },
  };
}

/** The cloud, with imports that never end. */
export function endless(backend: ImportingCloud): ImportingCloud {
  return telling(backend, (state) =>
    state.image === undefined ? state : { status: "running", image: state.image },
  );
}

function nameOf(request: ImportRequest): string {
  return request.method === "glance-download" ? request.imageId : "";
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}
