import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import type { Backend } from "../../backends/backend.ts";
import { ImageManager } from "../../reconcile/index.ts";
import { assertRefused } from "./assertions.ts";
import type { Capability } from "./clause.ts";
import { FORMATS } from "./samples.ts";

/** What needs a capability, and the name under which its lack is reported. */
interface Use {
  readonly field: string;
  ask(images: ImageManager): Promise<unknown>;
}

const SPEC = { name: "debian-13", ...FORMATS };
const ownData: Use = {
  field: "source.open",
  ask: (images) => images.plan({ ...SPEC, source: { open: async function* () {} } }),
};

const USES: Readonly<Record<Capability, Use>> = {
  create: ownData,
  upload: ownData,
  download: { field: "download", ask: (images) => images.download(randomUUID(), new PassThrough()) },
  members: {
    field: "members",
    ask: (images) => images.plan({ ...SPEC, visibility: "shared", members: ["p1"] }),
  },
  deactivate: { field: "deactivate", ask: (images) => images.deactivate(randomUUID()) },
  reactivate: { field: "reactivate", ask: (images) => images.reactivate(randomUUID()) },
  imports: {
    field: "source.webDownload",
    ask: (images) => images.plan({ ...SPEC, source: { webDownload: "https://images.example/image.raw" } }),
  },
};

/**
 * Asserts that a backend has no such capability, and that what needs it is refused with `ERR_UNSUPPORTED`, by name
 * and before the backend is asked for anything.
 */
export async function assertUnsupported(backend: Backend, capability: Capability): Promise<void> {
  assert.equal(backend[capability], undefined, `${backend.name} has ${capability} after all`);
  const calls: string[] = [];
  const { field, ask } = USES[capability];
  const refused = ask(new ImageManager(silenced(backend, calls)));
  await assertRefused(refused, { code: "ERR_UNSUPPORTED", backend: backend.name, capability: field });
  assert.deepEqual(calls, [], "nothing may be sent");
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
