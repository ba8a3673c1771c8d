import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { ImportRequest, Imports } from "../../../src/backends/backend.ts";
import { chunksOf } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { GLANCE, glance, ID, IMAGES, REQUEST_ID, TOKEN, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

const INFO_IMPORT = `GET ${GLANCE}/v2/info/import`;
const INFO_STORES = `GET ${GLANCE}/v2/info/stores`;
const IMPORT = `POST ${IMAGES}/${ID}/import`;
const METHODS = {
  "import-methods": {
    description: "Import methods available.",
    type: "array",
    value: ["glance-direct", "web-download", "copy-image"],
  },
};
const URL_TEXT = "https://example.org/debian.qcow2";

function imports(): Imports {
  const backend = glance();
  if (backend.imports === undefined) throw new Error("Glance has imports");
  return backend.imports;
}

describe("what the cloud offers", () => {
  it("is read once", async () => {
    const network = mockNetwork();
    network.expect(INFO_IMPORT, { json: METHODS });
    network.expect(INFO_STORES, {
      json: { stores: [{ id: "fast", default: "true" }, { id: "web", "read-only": "true" }, { id: "slow" }] },
    });
    const { offer } = imports();
    const expected = { methods: METHODS["import-methods"].value, stores: ["fast", "slow"] };
    expect(await offer()).toEqual(expected);
    expect(await offer()).toEqual(expected);
    expect(network.calls).toMatchObject([{ headers: { "x-auth-token": TOKEN }, body: undefined }, {}]);
  });

  it("is one store without a name where the cloud doesn't know of several", async () => {
    const network = mockNetwork();
    network.expect(INFO_IMPORT, { json: METHODS });
    network.expect(INFO_STORES, {
      status: 404,
      json: { message: "Multi backend is not supported at this site." },
    });
    expect(await imports().offer()).toMatchObject({ stores: undefined });
  });

  it("is nothing where the cloud is older than imports", async () => {
    const network = mockNetwork();
    network.expect(INFO_IMPORT, { status: 404 });
    network.expect(INFO_STORES, { status: 404 });
    expect(await imports().offer()).toEqual({ methods: [], stores: undefined });
  });

  it("is asked for again after an error", async () => {
    const network = mockNetwork();
    network.expect(
      INFO_IMPORT,
      { status: 500, headers: { "x-openstack-request-id": REQUEST_ID } },
      { json: METHODS },
    );
    network.expect(INFO_STORES, { status: 404 });
    const { offer } = imports();
    expect(await rejectionOf(offer())).toMatchObject({ status: 500, requestId: REQUEST_ID });
    expect(await offer()).toMatchObject({ methods: METHODS["import-methods"].value });
  });

  it("is an error where it isn't what the API promises", async () => {
    const network = mockNetwork();
    network.expect(INFO_IMPORT, { json: { methods: ["web-download"] } });
    expect(await rejectionOf(imports().offer())).toMatchObject({ code: "ERR_RESPONSE_INVALID" });
  });
});

describe("an import", () => {
  it.each<[ImportRequest, object]>([
    [{ method: "web-download", url: URL_TEXT }, { method: { name: "web-download", uri: URL_TEXT } }],
    [
      { method: "web-download", url: URL_TEXT, stores: ["fast", "slow"] },
      {
        method: { name: "web-download", uri: URL_TEXT },
        stores: ["fast", "slow"],
        all_stores_must_succeed: true,
      },
    ],
    [
      { method: "copy-image", stores: ["slow"], allStoresMustSucceed: false },
      { method: { name: "copy-image" }, stores: ["slow"], all_stores_must_succeed: false },
    ],
    // A cloud with one store answers 400 to `all_stores_must_succeed: false`.
    [{ method: "glance-direct", allStoresMustSucceed: false }, { method: { name: "glance-direct" } }],
    [
      { method: "glance-download", imageId: "0e8d", region: "RegionTwo" },
      {
        method: {
          name: "glance-download",
          glance_image_id: "0e8d",
          glance_region: "RegionTwo",
          glance_service_interface: "public",
        },
      },
    ],
  ])("%j", async (request, body) => {
    const network = mockNetwork();
    network.expect(IMPORT, { status: 202 });
    await imports().start(ID, request);
    expect(network.calls).toMatchObject([
      { body, headers: { "content-type": "application/json", "x-auth-token": TOKEN } },
    ]);
  });

  it("of data stages it first", async () => {
    const network = mockNetwork();
    network.expect(`PUT ${IMAGES}/${ID}/stage`, { status: 204 });
    network.expect(IMPORT, { status: 202 });
    const data = { sizeBytes: 5, chunks: chunksOf(Buffer.from("he"), Buffer.from("llo")) };
    await imports().start(ID, { method: "glance-direct", data, stores: ["slow"] });
    expect(network.calls).toMatchObject([
      {
        body: "hello",
        headers: {
          "content-length": "5",
          "content-type": "application/octet-stream",
          expect: "100-continue",
        },
      },
      { body: { method: { name: "glance-direct" }, stores: ["slow"], all_stores_must_succeed: true } },
    ]);
    expect(network.calls[0]?.headers).not.toHaveProperty("x-image-meta-store");
  });

  it("isn't begun where the data isn't staged", async () => {
    const network = mockNetwork();
    network.expect(`PUT ${IMAGES}/${ID}/stage`, {
      status: 404,
      json: { message: "'glance-direct' method is not available at this site." },
    });
    const data = { sizeBytes: 1, chunks: chunksOf(Buffer.from("x")) };
    expect(await rejectionOf(imports().start(ID, { method: "glance-direct", data }))).toMatchObject({
      code: "ERR_HTTP_NOT_FOUND",
      message: expect.stringMatching(
        /^Staging of image .* failed.*: 404 'glance-direct' method is not available/,
      ),
    });
  });

  it.each([
    [400, "ERR_HTTP_STATUS", "URI for web-download does not pass filtering: ftp://example.org/a"],
    [403, "ERR_HTTP_FORBIDDEN", "You are not authorized to complete copy_image action."],
    [409, "ERR_HTTP_CONFLICT", "Image has active task"],
  ])("that is refused with %i is %s, and isn't asked for again", async (status, code, message) => {
    const network = mockNetwork();
    network.expect(IMPORT, {
      status,
      json: { message: `${message}<br /><br />\n\n\n`, code: String(status), title: "" },
      headers: { "x-openstack-request-id": REQUEST_ID },
    });
    expect(await rejectionOf(imports().start(ID, { method: "copy-image", stores: ["slow"] }))).toMatchObject({
      code,
      requestId: REQUEST_ID,
      message: `Import of image ${ID} by copy-image failed: ${status} ${message} [${REQUEST_ID}]`,
    });
  });
});

it("a refusal doesn't show what is in the URL", async () => {
  const network = mockNetwork();
  const url = `${URL_TEXT}?sig=hunter2&expires=1`;
  const message = `URI for web-download does not pass filtering: ${url.replace("&", "&amp;")}<br />`;
  network.expect(IMPORT, { status: 400, json: { message } });
  const error = await rejectionOf(imports().start(ID, { method: "web-download", url }));
  expect(String(error)).toContain(`does not pass filtering: ${URL_TEXT}?sig=…&expires=…`);
  expect(inspect(error)).not.toContain("hunter2");
});

describe("the state of an import", () => {
  const GET = `GET ${IMAGES}/${ID}`;
  const TASKS = `GET ${IMAGES}/${ID}/tasks`;

  it("is told by the image and its tasks", async () => {
    const network = mockNetwork();
    network.expect(GET, { json: wireImage({ status: "queued", os_glance_failed_import: "fast" }) });
    network.expect(TASKS, {
      json: { tasks: [{ id: "t", type: "api_image_import", status: "failure", message: "why", input: {} }] },
    });
    expect(await imports().state(ID)).toMatchObject({
      status: "failed",
      reason: "why",
      failedStores: ["fast"],
      image: { id: ID, status: "queued" },
    });
  });

  it("is told by the image alone where the cloud shows no tasks", async () => {
    const network = mockNetwork();
    network.expect(
      GET,
      { json: wireImage({ os_glance_importing_to_stores: "slow" }) },
      { json: wireImage() },
    );
    network.expect(TASKS, { status: 404 }, { status: 404 });
    const { state } = imports();
    expect(await state(ID)).toMatchObject({ status: "running" });
    expect(await state(ID)).toMatchObject({ status: "done", failedStores: [] });
  });

  it("of an image that is gone asks for no tasks", async () => {
    mockNetwork().expect(GET, { status: 404 });
    expect(await imports().state(ID)).toMatchObject({ status: "failed", image: undefined });
  });

  it("is an error where the tasks can't be read", async () => {
    const network = mockNetwork();
    network.expect(GET, { json: wireImage() });
    network.expect(TASKS, { status: 500 });
    expect(await rejectionOf(imports().state(ID))).toMatchObject({ status: 500 });
  });
});

it("an upload names its store, where it has one", async () => {
  const network = mockNetwork();
  network.expect(`PUT ${IMAGES}/${ID}/file`, { status: 204 });
  await glance().upload(ID, { sizeBytes: 1, chunks: chunksOf(Buffer.from("x")) }, { store: "slow" });
  expect(network.calls[0]?.headers).toMatchObject({ "x-image-meta-store": "slow" });
});
