import assert from "node:assert/strict";
import type { Backend, CallOptions } from "../../backends/backend.ts";
import type { Image } from "../../model/index.ts";
import { assertNoListener, assertSameImage, failure } from "./assertions.ts";
import { type BackendWith, type Capability, type Clause, clause } from "./clause.ts";
import { collected, listed } from "./reading.ts";
import { DATA, data, newImage, property } from "./samples.ts";

/** 9: every call with a signal. */
export const abortClauses: readonly Clause[] = [
  ...clausesOf("list", ["create"], (backend, _id, options) =>
    backend.list({}, options)[Symbol.asyncIterator]().next(),
  ),
  ...clausesOf("get", ["create"], (backend, id, options) => backend.get(id, options)),
  ...clausesOf("create", ["create"], (backend, _id, options) => backend.create(newImage(), options)),
  ...clausesOf("update", ["create"], (backend, id, options) =>
    backend.update(id, [property("a", "1")], options),
  ),
  ...clausesOf("delete", ["create"], (backend, id, options) => backend.delete(id, options)),
  ...clausesOf("upload", ["create", "upload"], (backend, id, options) =>
    backend.upload(id, data(DATA), options),
  ),
  ...clausesOf("download", ["create", "download"], async (backend, id, options) =>
    collected((await backend.download(id, options)).chunks),
  ),
  ...clausesOf("members.list", ["create", "members"], (backend, id, options) =>
    backend.members.list(id, options),
  ),
  ...clausesOf("members.add", ["create", "members"], (backend, id, options) =>
    backend.members.add(id, "p1", options),
  ),
  ...clausesOf("members.remove", ["create", "members"], (backend, id, options) =>
    backend.members.remove(id, "p1", options),
  ),
  ...clausesOf("deactivate", ["create", "deactivate"], (backend, id, options) =>
    backend.deactivate(id, options),
  ),
  ...clausesOf("reactivate", ["create", "reactivate"], (backend, id, options) =>
    backend.reactivate(id, options),
  ),
  ...clausesOf("imports.state", ["create", "imports"], (backend, id, options) =>
    backend.imports.state(id, options),
  ),
];

function clausesOf<const Needs extends Capability>(
  method: string,
  needs: readonly Needs[],
  call: (backend: BackendWith<Needs>, id: string, options: CallOptions) => Promise<unknown>,
): readonly Clause[] {
  return [
    clause(
      "9.1",
      `${method} rejects with the reason of a signal that is aborted already, and changes nothing`,
      needs,
      async (backend) => {
        const image = await sharedImage(backend);
        const signal = AbortSignal.abort(Object.freeze({ my: "reason" }));
        assert.equal(await failure(call(backend, image.id, { signal })), signal.reason);
        const [found, ...others] = await listed(backend, {});
        assertSameImage(found, image);
        assert.deepEqual(others, []);
      },
    ),
    clause("9.2", `${method} leaves no listener at its signal`, needs, async (backend) => {
      const { id } = await sharedImage(backend);
      const { signal } = new AbortController();
      await Promise.allSettled([call(backend, id, { signal })]);
      assertNoListener(signal);
    }),
  ];
}

async function sharedImage(backend: Backend): Promise<Image> {
  assert.ok(backend.create);
  return await backend.create(newImage({ visibility: "shared" }));
}
