import { getEventListeners } from "node:events";
import { expect, it, test } from "vitest";
import { ImageManager } from "../../../src/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { GLANCE, glance } from "../../support/glance.ts";
import { mockNetwork, type Reply } from "../../support/network.ts";

const SCHEMA = `GET ${GLANCE}/v2/schemas/image`;
const ANSWER: Reply = {
  json: { properties: { disk_format: { type: ["null", "string"], enum: [null, "raw"] } } },
};
const ISSUES = [{ path: ["diskFormat"], message: "must be one of raw on this cloud" }];
const VMDK = { creates: true, diskFormat: "vmdk" };

it("reads the schema once, when it is first needed, for all plans at the time", async () => {
  const network = mockNetwork();
  network.expect(SCHEMA, ANSWER);
  const { check } = glance();
  expect(network.calls).toEqual([]);
  const all = await Promise.all([check(VMDK), check({ ...VMDK, diskFormat: "raw" }), check(VMDK)]);
  expect(all).toEqual([ISSUES, [], ISSUES]);
  expect(await check(VMDK)).toEqual(ISSUES);
});

test.each<[string, Reply]>([
  ["refuses to show it", { status: 403 }],
  ["fails", { status: 500 }],
  ["answers something else", { json: { properties: [] } }],
  ["answers a page for people", { text: "<html>" }],
])("a cloud that %s is believed to take everything, and asked again", async (_what, reply) => {
  mockNetwork().expect(SCHEMA, reply, ANSWER);
  const { check } = glance();
  expect(await check(VMDK)).toEqual([]);
  expect(await check(VMDK)).toEqual(ISSUES);
});

it("a cloud that has no schema is asked once", async () => {
  mockNetwork().expect(SCHEMA, { status: 404 });
  const { check } = glance();
  expect(await check(VMDK)).toEqual([]);
  expect(await check({ ...VMDK, hidden: true })).toEqual([]);
});

it("an abort ends the waiting, not the reading", async () => {
  const network = mockNetwork();
  const { promise, resolve } = Promise.withResolvers<Reply>();
  network.expect(SCHEMA, () => promise);
  const { check } = glance();
  const controller = new AbortController();
  const [aborted, other] = [rejectionOf(check(VMDK, { signal: controller.signal })), check(VMDK)];
  controller.abort("enough");
  expect(await aborted).toBe("enough");
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  resolve(ANSWER);
  expect(await other).toEqual(ISSUES);
});

it("a plan is refused by it with the field's path, before anything is written", async () => {
  const network = mockNetwork();
  const none = { json: { images: [] } };
  network.expect(`GET ${GLANCE}/v2/images`, none, none);
  network.expect(SCHEMA, ANSWER);
  const spec = { name: "a", containerFormat: "bare", diskFormat: "vmdk" };
  expect(await rejectionOf(new ImageManager(glance()).apply(spec))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: ISSUES,
    message: expect.stringContaining('The spec of "a"'),
  });
  expect(network.calls.map(({ method }) => method)).toEqual(["GET", "GET", "GET"]);
});
