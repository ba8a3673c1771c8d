import assert from "node:assert/strict";
import type { CallOptions } from "../../backends/backend.ts";
import { assertNoListener, assertSameImage, failure } from "./assertions.ts";
import { type BackendWith, type Clause, clause, type Need } from "./clause.ts";
import type { Expected } from "./expectations.ts";
import { collected, listed, made } from "./reading.ts";
import { DATA, data } from "./samples.ts";

/** 9: every call with a signal. */
export const abortClauses: readonly Clause[] = [
  ...clausesOf("list", ["image"], (backend, _id, options) =>
    backend.list({}, options)[Symbol.asyncIterator]().next(),
  ),
  ...clausesOf("get", ["image"], (backend, id, options) => backend.get(id, options)),
  ...clausesOf("create", ["create"], (backend, _id, options, { sample }) =>
    backend.create(sample.newImage(), options),
  ),
  ...clausesOf("update", ["image"], (backend, id, options, { sample }) =>
    backend.update(id, [sample.change("a")], options),
  ),
  ...clausesOf("delete", ["image"], (backend, id, options) => backend.delete(id, options)),
  ...clausesOf("upload", ["create", "upload"], (backend, id, options) =>
    backend.upload(id, data(DATA), options),
  ),
  ...clausesOf("download", ["image", "download"], async (backend, id, options) =>
    collected((await backend.download(id, options)).chunks),
  ),
  ...clausesOf("members.list", ["image", "members"], (backend, id, options) =>
    backend.members.list(id, options),
  ),
  ...clausesOf("members.add", ["image", "members"], (backend, id, options, { sample }) =>
    backend.members.add(id, sample.project("p1"), options),
  ),
  ...clausesOf("members.remove", ["image", "members"], (backend, id, options, { sample }) =>
    backend.members.remove(id, sample.project("p1"), options),
  ),
  ...clausesOf("deactivate", ["image", "deactivate"], (backend, id, options) =>
    backend.deactivate(id, options),
  ),
  ...clausesOf("reactivate", ["image", "reactivate"], (backend, id, options) =>
    backend.reactivate(id, options),
  ),
  ...clausesOf("imports.state", ["image", "imports"], (backend, id, options) =>
    backend.imports.state(id, options),
  ),
  ...clausesOf("createFrom", ["createFrom"], async (backend, _id, options, { sample, createFrom }) => {
    assert.ok(createFrom);
    return backend.createFrom.start(sample.newImage(), createFrom.source, options);
  }),
];

function clausesOf<const Needs extends Need>(
  method: string,
  needs: readonly Needs[],
  call: (
    backend: BackendWith<Needs>,
    id: string,
    options: CallOptions,
    expected: Expected,
  ) => Promise<unknown>,
): readonly Clause[] {
  return [
    clause(
      "9.1",
      `${method} rejects with the reason of a signal that is aborted already, and changes nothing`,
      needs,
      async (backend, expected) => {
        const image = await made(backend, expected, { visibility: "shared" });
        const signal = AbortSignal.abort(Object.freeze({ my: "reason" }));
        assert.equal(await failure(call(backend, image.id, { signal }, expected)), signal.reason);
        const [found, ...others] = await listed(backend, {});
        assertSameImage(found, image);
        assert.deepEqual(others, []);
      },
    ),
    clause("9.2", `${method} leaves no listener at its signal`, needs, async (backend, expected) => {
      const { id } = await made(backend, expected, { visibility: "shared" });
      const { signal } = new AbortController();
      await Promise.allSettled([call(backend, id, { signal }, expected)]);
      assertNoListener(signal);
    }),
  ];
}
