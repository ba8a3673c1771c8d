import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { CloudSource, CreateFrom } from "../../../src/backends/backend.ts";
import { missing, newRecord, refusal, withChanges } from "../../../src/backends/record.ts";
import {
  type Backend,
  type CallOptions,
  type Image,
  ImageSpec,
  ImageStateError,
  type Rules,
} from "../../../src/index.ts";
import { matchesQuery, type NewImage } from "../../../src/model/index.ts";

/** How a cloud behaves that makes images of its volumes. */
export interface Behaviour {
  /** The volumes that are there, besides `v1` and `v2`. */
  readonly volumes?: readonly string[];
  /** What an image is in one look after the other, before it is active. Default: `saving`. */
  readonly statuses?: readonly string[];
  /** The digests that it reports, by source. Default: none. */
  readonly checksums?: Readonly<Record<string, string>>;
  readonly kinds?: CreateFrom["kinds"];
  readonly namesAreUnique?: boolean;
  readonly keepsRecords?: boolean;
  /** Done in place of what `start` does. */
  readonly start?: (start: CreateFrom["start"], ...args: Parameters<CreateFrom["start"]>) => Promise<Image>;
}

/** A cloud that gives images their ids, and makes them of its volumes and in no other way. */
export interface VolumeCloud extends Backend {
  readonly createFrom: CreateFrom;
  /** The calls that change something. */
  readonly writes: string[];
  /** All images, as they are. */
  images(): Image[];
  /** Puts an image there, as another process would. */
  put(fields: Partial<Image>, ahead?: readonly string[]): Image;
}

const RULES: Rules = {
  replaces: [
    "id",
    "region",
    "containerFormat",
    "diskFormat",
    "minDiskGb",
    "minRamMb",
    "protected",
    "hidden",
    "visibility",
  ],
  replacesWithData: [],
  serverProperties: { names: [], prefixes: [] },
  keepsRecords: false,
  sharesPrivateImages: true,
};

/** What its images have: a name, a description, members. Tags and properties are nothing it knows. */
const SCHEMA = ImageSpec.superRefine((spec, context) => {
  for (const field of [
    "containerFormat",
    "diskFormat",
    "minDiskGb",
    "minRamMb",
    "protected",
    "hidden",
    "visibility",
  ]) {
    if (Object.hasOwn(spec, field))
      context.addIssue({ code: "custom", path: [field], message: "is none of its fields" });
  }
  if (spec.region !== undefined && spec.region !== "here") {
    const message = `this backend keeps the images of here: make another of ${spec.region}`;
    context.addIssue({ code: "custom", path: ["region"], message });
  }
  if (spec.tags !== undefined)
    context.addIssue({ code: "custom", path: ["tags"], message: "it has no tags" });
  if (spec.properties !== undefined)
    context.addIssue({ code: "custom", path: ["properties"], message: "it has no properties" });
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,248}[a-zA-Z0-9]$/.test(spec.name))
    context.addIssue({
      code: "custom",
      path: ["name"],
      message: "must be 4 to 250 letters, digits, - and _",
    });
}) satisfies z.ZodType<ImageSpec>;

/** The cloud, empty. */
export function volumeCloud(behaviour: Behaviour = {}): VolumeCloud {
  const { statuses = ["saving"], kinds = ["volumeId"], namesAreUnique, keepsRecords } = behaviour;
  const volumes = ["v1", "v2", ...(behaviour.volumes ?? [])];
  const images = new Map<string, { image: Image; ahead: string[] }>();
  const members = new Map<string, Set<string>>();
  const writes: string[] = [];
  const now = (): Date => new Date("2026-11-25T10:00:00Z");

  const called = (name: string, { signal }: CallOptions = {}): void => {
    signal?.throwIfAborted();
    if (name !== "get" && name !== "list") writes.push(name);
  };
  const find = (id: string) => {
    const entry = images.get(id);
    if (entry === undefined) throw missing(id);
    return entry;
  };
  const put = (fields: Partial<Image>, ahead: readonly string[] = []): Image => {
    const { status = "active", ...rest } = fields;
    const id = randomUUID();
    const {
      containerFormat: _container,
      diskFormat: _disk,
      ...record
    } = newRecord({ id, name: "debian", ...(rest as Partial<NewImage>) }, now());
    const image: Image = {
      ...record,
      visibility: "private",
      diskFormat: "raw",
      sizeBytes: 7,
      ...rest,
      id,
      status,
    };
    images.set(id, { image, ahead: [...ahead] });
    return image;
  };

  const start: CreateFrom["start"] = async (wanted, source, options) => {
    called("start", options);
    const place = placeOf(source);
    if (!volumes.includes(place) && !images.has(place)) throw refusal(404, `There is no ${place}`);
    const isTaken = [...images.values()].some(({ image }) => image.name === wanted.name);
    if (namesAreUnique === true && isTaken) throw refusal(409, `The name ${wanted.name} exists`);
    const { name, description, properties = {} } = wanted;
    if (keepsRecords !== true && Object.keys(properties).length > 0)
      throw refusal(403, "There are no properties");
    const [status = "active", ...ahead] = [...statuses, "active"];
    const kept = keepsRecords === true ? { properties } : {};
    return structuredClone(
      put({ name, description, status, checksum: behaviour.checksums?.[place], ...kept }, ahead),
    );
  };

  return {
    name: "volumes",
    region: "here",
    spec: SCHEMA,
    rules: { ...RULES, namesAreUnique, keepsRecords: keepsRecords ?? false },
    idsAreGivenBy: "cloud",
    writes,
    images: () => [...images.values()].map(({ image }) => image),
    put,

    async *list(query, options) {
      called("list", options);
      yield* [...images.values()]
        .map(({ image }) => structuredClone(image))
        .filter((image) => matchesQuery(image, query));
    },
    async get(id, options) {
      called("get", options);
      const entry = images.get(id);
      if (entry === undefined) return undefined;
      const { image } = entry;
      const [next] = entry.ahead.splice(0, 1);
      if (next === "deleted") images.delete(id);
      else if (next !== undefined) entry.image = { ...image, status: next };
      return structuredClone(image);
    },
    async update(id, operations, options) {
      called("update", options);
      const entry = find(id);
      entry.image = withChanges(entry.image, operations, RULES, now());
      return structuredClone(entry.image);
    },
    async delete(id, options) {
      called("delete", options);
      images.delete(id);
      members.delete(id);
    },
    createFrom: {
      kinds,
      start: (...args) => (behaviour.start === undefined ? start(...args) : behaviour.start(start, ...args)),
    },
    members: {
      async list(id, { signal } = {}) {
        signal?.throwIfAborted();
        find(id);
        return [...(members.get(id) ?? [])];
      },
      async add(id, project, options) {
        called("members.add", options);
        find(id);
        members.set(id, new Set([...(members.get(id) ?? []), project]));
      },
      async remove(id, project, options) {
        called("members.remove", options);
        find(id);
        members.get(id)?.delete(project);
      },
    },
  };
}

/** An image that the cloud has given up. */
export function givenUp(imageId: string | undefined): ImageStateError {
  return new ImageStateError("The cloud gave up: the volume is empty", {
    code: "ERR_IMAGE_FAILED",
    imageId,
    status: "killed",
  });
}

function placeOf(source: CloudSource): string {
  if ("volumeId" in source) return source.volumeId;
  return "object" in source ? source.object : source.imageId;
}
