/** A Glance of Queens: no `os_hidden`, no `os_hash_*`. What it can is read from its answers, not from its version. */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { ImageManager } from "../../../src/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { GLANCE, glance, ID, IMAGES, wireImage } from "../../support/glance.ts";
import { mockNetwork, type Reply } from "../../support/network.ts";

const SCHEMA = `GET ${GLANCE}/v2/schemas/image`;
const NONE: Reply = { json: { images: [] } };
const spec = { name: "debian-13", containerFormat: "bare", diskFormat: "raw", id: ID } as const;
const data = Buffer.from("some data");
const md5 = createHash("md5").update(data).digest("hex");

function oldImage(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { os_hidden: _hidden, os_hash_algo: _algorithm, os_hash_value: _value, ...image } = wireImage();
  return {
    ...image,
    disk_format: "raw",
    size: data.length,
    checksum: md5,
    min_disk: 0,
    min_ram: 0,
    ...fields,
  };
}

it("gets an image that is verified by md5, and never hears of what it doesn't know", async () => {
  const network = mockNetwork();
  // The plan looks for the image, and so does the apply before it writes.
  network.expect(`GET ${IMAGES}`, NONE, NONE, NONE, NONE);
  network.expect(SCHEMA, { json: { properties: { name: { type: "string" } } } });
  let created: object = {};
  network.expect(`POST ${IMAGES}`, ({ body }) => {
    created = Object(body);
    return {
      status: 201,
      json: { ...oldImage({ status: "queued", size: null, checksum: null }), ...created },
    };
  });
  network.expect(`PUT ${IMAGES}/${ID}/file`, { status: 204 });
  const absent = { status: 404 };
  network.expect(`GET ${IMAGES}/${ID}`, absent, absent, () => ({ json: { ...oldImage(), ...created } }));

  const source = {
    size: data.length,
    open: async function* () {
      yield data;
    },
  };
  const backend = glance();
  const images = new ImageManager(backend);
  const { verification } = await images.apply({ ...spec, source });
  expect(verification).toEqual({ status: "verified", algorithm: "md5" });
  expect(backend.hashAlgorithm()).toBe("md5");
  expect(created).not.toHaveProperty("os_hidden");
  // It would look for a property of this name.
  const listings = network.calls
    .filter(({ url }) => url === IMAGES)
    .map(({ query }) => query.get("os_hidden"));
  expect(listings.filter((hidden) => hidden === "false")).toEqual([]);
});

it("can't hide an image, and says so at the plan where it shows its schema", async () => {
  const network = mockNetwork();
  network.expect(`GET ${IMAGES}/${ID}`, { status: 404 });
  network.expect(`GET ${IMAGES}`, NONE, NONE);
  network.expect(SCHEMA, { json: { properties: { name: { type: "string" } } } });
  expect(await rejectionOf(new ImageManager(glance()).plan({ ...spec, hidden: true }))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["hidden"] }],
  });
});

it.each([
  "Provided object does not match schema 'image': True is not of type 'string'",
  "Failed validating 'type': On instance['os_hidden']: True",
])("says that it can't hide an image when it is asked to make one: %s", async (message) => {
  mockNetwork().expect(`POST ${IMAGES}`, { status: 400, json: { message } });
  expect(await rejectionOf(glance().create({ ...spec, hidden: true }))).toMatchObject({
    code: "ERR_UNSUPPORTED",
    capability: "hidden",
    cause: { name: "HttpError", status: 400 },
  });
});

it("refuses another thing of an image to be hidden as it does", async () => {
  mockNetwork().expect(`POST ${IMAGES}`, { status: 400, json: { message: "Invalid container format" } });
  expect(await rejectionOf(glance().create({ ...spec, hidden: true }))).toMatchObject({
    code: "ERR_HTTP_STATUS",
  });
});

it("can't hide an image that is there: nothing is written", async () => {
  const network = mockNetwork();
  network.expect(`GET ${IMAGES}/${ID}`, { json: oldImage() });
  const hiding = { kind: "attribute", op: "update", name: "hidden", from: false, to: true } as const;
  expect(await rejectionOf(glance().update(ID, [hiding]))).toMatchObject({
    code: "ERR_UNSUPPORTED",
    capability: "hidden",
  });
  expect(network.calls.map(({ method }) => method)).toEqual(["GET"]);
});
