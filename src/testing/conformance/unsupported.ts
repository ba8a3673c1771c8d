import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import type { Backend } from "../../backends/backend.ts";
import type { ImageSpecInput } from "../../model/index.ts";
import { ImageManager } from "../../reconcile/index.ts";
import { assertRefused } from "./assertions.ts";
import type { Capability } from "./clause.ts";
import type { Expected } from "./expectations.ts";
import { FIELD_NAMES, type Field, type Sampler } from "./sampler.ts";

/** What needs a capability, and the name under which its lack is reported. */
interface Use {
  readonly field: string;
  ask(images: ImageManager, spec: ImageSpecInput, sample: Sampler): Promise<unknown>;
}

const ownData: Use = {
  field: "source.open",
  ask: (images, spec) => images.plan({ ...spec, source: { open: async function* () {} } }),
};

const USES: Readonly<Record<Capability, Use>> = {
  create: ownData,
  upload: ownData,
  download: { field: "download", ask: (images) => images.download(randomUUID(), new PassThrough()) },
  members: {
    field: "members",
    ask: (images, spec, sample) =>
      images.plan({
        ...spec,
        ...(sample.has("visibility") ? { visibility: "shared" } : {}),
        members: [sample.project("p1")],
      }),
  },
  deactivate: { field: "deactivate", ask: (images) => images.deactivate(randomUUID()) },
  reactivate: { field: "reactivate", ask: (images) => images.reactivate(randomUUID()) },
  imports: {
    field: "source.webDownload",
    ask: (images, spec) =>
      images.plan({ ...spec, source: { webDownload: "https://images.example/image.raw" } }),
  },
  createFrom: {
    field: "source.volumeId",
    ask: (images, spec) => images.plan({ ...spec, source: { volumeId: randomUUID() } }),
  },
};

/**
 * Asserts that a backend has no such capability, or its images no such field, and that what needs it is refused, by name
 * and before the backend is asked for anything: a capability with `ERR_UNSUPPORTED`, a field with `ERR_SPEC_INVALID`.
 */
export async function assertLacking(
  backend: Backend,
  lacking: Capability | Field,
  expected: Expected,
): Promise<void> {
  if (isField(lacking)) await assertFieldRefused(backend, lacking, expected);
  else await assertUnsupported(backend, lacking, expected);
}

/** Asserts that a spec with this field is refused by the field's path. */
export async function assertFieldRefused(
  backend: Backend,
  field: Field,
  { sample }: Expected,
): Promise<void> {
  const calls: string[] = [];
  const spec = { ...specOf(sample), [field]: sample.values[field] };
  const refusal = await new ImageManager(silenced(backend, calls)).plan(spec).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.deepEqual(pathsOf(refusal), [field], `a spec with ${field} should be refused by that path`);
  assert.deepEqual(calls, [], "nothing may be sent");
}

async function assertUnsupported(
  backend: Backend,
  capability: Capability,
  { sample }: Expected,
): Promise<void> {
  assert.equal(backend[capability], undefined, `${backend.name} has ${capability} after all`);
  const calls: string[] = [];
  const { field, ask } = USES[capability];
  const refused = ask(new ImageManager(silenced(backend, calls)), specOf(sample), sample);
  await assertRefused(refused, { code: "ERR_UNSUPPORTED", backend: backend.name, capability: field });
  assert.deepEqual(calls, [], "nothing may be sent");
}

/** A spec of an image as the cloud takes it. */
function specOf(sample: Sampler): ImageSpecInput {
  const { id: _id, ...spec } = sample.newImage();
  return spec;
}

function isField(name: Capability | Field): name is Field {
  return FIELD_NAMES.some((field) => field === name);
}

/** The fields that a spec was refused for. */
function pathsOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error) || !("issues" in error) || !Array.isArray(error.issues)) return [];
  const fields = error.issues.map((issue: { readonly path?: readonly unknown[] }) => issue.path?.[0]);
  return [...new Set(fields)];
}

/** The backend, whose methods do nothing but note that they were called. */
function silenced(backend: Backend, calls: string[]): Backend {
  return new Proxy(backend, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return () => {
        calls.push(String(key));
        throw new Error(`${String(key)} was called`);
      };
    },
  });
}
