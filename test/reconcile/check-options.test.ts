import { expect, it } from "vitest";
import { memory } from "../../src/backends/memory/index.ts";
import type { SpecError } from "../../src/model/index.ts";
import { ImageManager, type Plan, reconcile } from "../../src/reconcile/index.ts";

type Options = Record<string, unknown>;

const problemOf = async (call: () => unknown): Promise<SpecError["issues"][number] | undefined> => {
  try {
    await call();
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_SPEC_INVALID" });
    return (error as SpecError).issues[0];
  }
};

it.each<[Options, string]>([
  [{ onReplce: "refuse" }, "onReplce"],
  [{ onReplace: "refused" }, "onReplace"],
  [{ tags: "declare" }, "tags"],
  [{ properties: "mine" }, "properties"],
  [{ properties: { previous: "a" } }, "properties"],
  [{ signal: 1 }, "signal"],
])("plan() refuses options that mean nothing: %j", async (options, key) => {
  const manager = new ImageManager(memory());
  expect((await problemOf(() => manager.plan({ name: "a" }, options)))?.path).toEqual([key]);
  expect((await problemOf(() => manager.plan([{ name: "a" }], options)))?.path).toEqual([key]);
});

it.each<[Options, string]>([
  [{ concurency: 2 }, "concurency"],
  [{ concurrency: 0 }, "concurrency"],
  [{ concurrency: 1.5 }, "concurrency"],
  [{ onReplace: "delete-frist" }, "onReplace"],
  [{ tags: "declare" }, "tags"],
])("apply() refuses options that mean nothing, and does nothing: %j", async (options, key) => {
  const manager = new ImageManager(memory());
  expect((await problemOf(() => manager.apply([{ name: "a" }], options)))?.path).toEqual([key]);
  expect((await problemOf(() => manager.apply({ name: "a" }, options)))?.path).toEqual([key]);
  expect(await Array.fromAsync(manager.list())).toEqual([]);
});

it.each<[string, (manager: ImageManager, options: Options) => unknown]>([
  ["get()", (manager, options) => manager.get("i", options)],
  ["list()", (manager, options) => Array.fromAsync(manager.list({}, options))],
  ["find()", (manager, options) => manager.find({}, options)],
  ["download()", (manager, options) => manager.download("i", "there/is/no/such", options)],
  ["members()", (manager, options) => manager.members("i", options)],
  ["setMemberStatus()", (manager, options) => manager.setMemberStatus("i", "accepted", options)],
  ["deactivate()", (manager, options) => manager.deactivate("i", options)],
  ["reactivate()", (manager, options) => manager.reactivate("i", options)],
  ["applyTo()", (manager, options) => manager.applyTo({ name: "a" }, [memory()], options)],
])("%s refuses options that mean nothing", async (name, call) => {
  const manager = new ImageManager(memory());
  const wanted = { path: ["sginal"], message: 'unknown key "sginal": did you mean "signal"?' };
  expect(await problemOf(() => call(manager, { sginal: 1 }))).toEqual(wanted);
  await expect((async () => call(manager, { signal: "s" }))()).rejects.toThrow(
    `The options of ${name} are invalid: signal: must be an AbortSignal`,
  );
});

it("destroy() refuses options that mean nothing, and deletes nothing", async () => {
  const manager = new ImageManager(memory());
  const { image } = await manager.apply({ name: "a" });
  const options: Options = { forced: true };
  expect(await problemOf(() => manager.destroy(image.id, options))).toEqual({
    path: ["forced"],
    message: 'unknown key "forced": did you mean "force"?',
  });
  expect(await manager.get(image.id)).toEqual(image);
});

it.each<[Options, readonly string[]]>([
  [{ cach: false }, ["cach"]],
  [{ inspection: "of" }, ["inspection"]],
  [{ statusTimeoutMs: -1 }, ["statusTimeoutMs"]],
  [{ cache: { maxBytes: 0 } }, ["cache", "maxBytes"]],
  [{ connections: 0 }, ["connections"]],
  [{ connections: 9 }, ["connections"]],
  [{ connections: 1.5 }, ["connections"]],
  [{ decompressLimits: { maxByte: 1 } }, ["decompressLimits", "maxByte"]],
])("a manager refuses options that mean nothing: %j", async (options, path) => {
  expect((await problemOf(() => new ImageManager(memory(), options)))?.path).toEqual(path);
});

it.each([
  {},
  { cache: false, inspection: "off", statusTimeoutMs: 1 },
  { connections: 1 },
  { connections: 8 },
  { cache: { directory: "downloads", maxBytes: 1 }, decompressLimits: { maxBytes: 1, maxRatio: 2 } },
] as const)("a manager takes those that it has: %j", async (options) => {
  expect(await problemOf(() => new ImageManager(memory(), options))).toBeUndefined();
});

it.each([
  [undefined, "must be a backend, such as await openstack(…)"],
  [Promise.resolve(memory()), "must be a backend, not the promise of one: await it"],
])("a manager says what it wants in place of %o", async (backend, message) => {
  const problem = await problemOf(() => Reflect.construct(ImageManager, [backend]));
  expect(problem).toEqual({ path: ["backend"], message });
});

it("reconcile refuses ownership that is misspelt, which would leave everything alone", async () => {
  const misspelt: Options = { tags: "al" };
  const problem = await problemOf(() => reconcile({ name: "a", tags: [] }, undefined, misspelt));
  expect(problem).toEqual({ path: ["tags"], message: 'must be "all", "declared" or { previous }' });
});

it.each<[Options, readonly (string | number)[]]>([
  [{ action: "explode" }, ["action"]],
  [{ action: "update" }, ["imageId"]],
  [{ operations: [{ kind: "bogus" }] }, ["operations", 0, "kind"]],
  [{ operations: [{ kind: "tag", op: "update", tag: "x" }] }, ["operations", 0, "op"]],
  [{ desired: undefined }, ["desired"]],
])("a plan that says %j is refused, and nothing is done", async (wrong, path) => {
  const manager = new ImageManager(memory());
  const plan: Plan = Object.assign({}, await manager.plan({ name: "a" }), wrong);
  expect((await problemOf(() => manager.apply(plan)))?.path).toEqual(path);
  expect((await problemOf(() => manager.apply([{ name: "b" }, plan])))?.path).toEqual(path);
  expect(await Array.fromAsync(manager.list())).toEqual([]);
});
