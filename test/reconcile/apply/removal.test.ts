/** How images that must not stay are deleted, where clouds refuse, lie, or say nothing. */
import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { HttpError, ImageManager, NetworkError } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { type Cloud, cloud, failureOf, imagesOf, onlyImage, specOf } from "../support/cloud.ts";

const BROKE = new Error("the source broke");
const refused = () => new HttpError("it is protected", { code: "ERR_HTTP_FORBIDDEN", status: 403 });
const source = {
  open: async function* () {
    yield new Uint8Array(2 ** 20);
    throw BROKE;
  },
};

beforeEach(skipWaits);

/** A cloud that refuses so many deletions. */
function stubborn(times: number, error: () => Error = refused) {
  const inner = cloud();
  const attemptsMs: number[] = [];
  const remove: Cloud["delete"] = async (id, options) => {
    attemptsMs.push(performance.now());
    if (attemptsMs.length <= times) throw error();
    return inner.delete(id, options);
  };
  const pausesMs = () => attemptsMs.slice(1).map((ms, index) => ms - (attemptsMs[index] ?? 0));
  return { backend: { ...inner, delete: remove }, pausesMs };
}

describe("a half-made image whose deletion is refused", () => {
  it("is deleted in the end, with longer and longer pauses between the attempts", async () => {
    const { backend, pausesMs } = stubborn(5);
    expect(await failureOf(new ImageManager(backend).apply(specOf({ source })))).toBe(BROKE);
    expect(pausesMs()).toEqual([200, 400, 600, 800, 1000]);
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("stays after the sixth attempt, and what is told is why it was to go", async () => {
    const { backend, pausesMs } = stubborn(100);
    expect(await failureOf(new ImageManager(backend).apply(specOf({ source })))).toBe(BROKE);
    expect(pausesMs()).toHaveLength(5);
    expect(await onlyImage(backend)).toMatchObject({ status: "queued" });
  });

  it("is left at once where the cloud doesn't answer at all", async () => {
    const { backend, pausesMs } = stubborn(
      100,
      () => new NetworkError("no route", { code: "ERR_NETWORK", phase: "request" }),
    );
    expect(await failureOf(new ImageManager(backend).apply(specOf({ source })))).toBe(BROKE);
    expect(pausesMs()).toEqual([]);
  });

  it("is left after 30 s where the cloud never answers", async () => {
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort("30 s have passed"));
    onTestFinished(() => timeout.mockRestore());
    const inner = cloud();
    const get: Cloud["get"] = async (id, options) => {
      options?.signal?.throwIfAborted();
      return inner.get(id, options);
    };
    expect(await failureOf(new ImageManager({ ...inner, get }).apply(specOf({ source })))).toBe(BROKE);
    expect(timeout).toHaveBeenCalledExactlyOnceWith(30_000);
    expect(await onlyImage(inner)).toMatchObject({ status: "queued" });
  });

  it("loses its protection as often as that comes back", async () => {
    const inner = cloud();
    const protect = async (id: string) =>
      inner.update(id, [{ kind: "attribute", op: "update", name: "protected", from: false, to: true }]);
    let left = 2;
    const remove: Cloud["delete"] = async (id, options) => {
      if (left-- > 0) await protect(id);
      return inner.delete(id, options);
    };
    const update = vi.fn(inner.update);
    const images = new ImageManager({ ...inner, update, delete: remove });
    expect(await failureOf(images.apply(specOf({ source, protected: true })))).toBe(BROKE);
    const unprotect = { kind: "attribute", op: "update", name: "protected", from: true, to: false };
    expect(update.mock.calls.map(([, operations]) => operations)).toEqual(Array(3).fill([unprotect]));
    expect(await imagesOf(inner)).toEqual([]);
  });
});

it("an abort while a leftover is deleted once more ends the wait at once, with its own reason", async () => {
  const { backend, pausesMs } = stubborn(100);
  const id = "half-made";
  const properties = { "imagewright.source": "sha256:00" };
  for (const name of ["a", "b"]) await backend.create({ id: `${id}-${name}`, name: "debian", properties });
  const controller = new AbortController();
  const startMs = performance.now();
  setTimeout(() => controller.abort("enough"), 250);
  const apply = new ImageManager(backend).apply({ name: "debian" }, { signal: controller.signal });
  expect(await failureOf(apply)).toBe("enough");
  expect(performance.now() - startMs).toBe(250);
  expect(pausesMs()).toEqual([200]);
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
});

it.each([
  ["ERR_HTTP_FORBIDDEN", 403],
  ["ERR_HTTP_CONFLICT", 409],
] as const)(
  "an old image that may not be deleted is told of with the new one, by %s",
  async (code, status) => {
    const inner = cloud();
    const { image: old } = await new ImageManager(inner).apply(specOf());
    const cause = new HttpError("it is in use", { code, status });
    const images = new ImageManager({ ...inner, delete: () => Promise.reject(cause) });
    const error = await failureOf(images.apply(specOf({ diskFormat: "ploop" })));
    const made = (await imagesOf(inner)).find(({ id }) => id !== old.id);
    expect(error).toMatchObject({
      code,
      status,
      cause,
      message: `Image ${made?.id} (debian) is made and active, but image ${old.id}, whose place it takes, is still there: it is in use. The next apply deletes it`,
    });
  },
);

it("an old image whose deletion fails otherwise is told of as it came", async () => {
  const inner = cloud();
  await new ImageManager(inner).apply(specOf());
  const failure = new NetworkError("no route", { code: "ERR_NETWORK", phase: "request" });
  const images = new ImageManager({ ...inner, delete: () => Promise.reject(failure) });
  expect(await failureOf(images.apply(specOf({ diskFormat: "ploop" })))).toBe(failure);
});
