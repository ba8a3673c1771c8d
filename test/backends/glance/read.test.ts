import { expect, it } from "vitest";
import { glance, ID, IMAGES, TOKEN, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

it("reads an image by GET, without a body", async () => {
  const network = mockNetwork();
  network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage() });
  expect(await glance().get(ID)).toMatchObject({ id: ID, name: "debian-13", region: "RegionOne" });
  expect(network.calls).toEqual([
    {
      method: "GET",
      url: `${IMAGES}/${ID}`,
      query: new URLSearchParams(),
      headers: { accept: "application/json", "x-auth-token": TOKEN },
      body: undefined,
    },
  ]);
});

it("a missing image is undefined", async () => {
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { status: 404, json: { message: "No image found" } });
  expect(await glance().get(ID)).toBeUndefined();
});

it("deletes by DELETE, without a body; a missing image is no error", async () => {
  const network = mockNetwork();
  network.expect(`DELETE ${IMAGES}/${ID}`, { status: 204 }, { status: 404 });
  await glance().delete(ID);
  await glance().delete(ID);
  for (const { headers, body } of network.calls) {
    expect(headers).toEqual({ accept: "application/json", "x-auth-token": TOKEN });
    expect(body).toBeUndefined();
  }
});

it("an id can't leave its place in the URL", async () => {
  mockNetwork().expect(`GET ${IMAGES}/${encodeURIComponent("../../v3?a#b")}`, { status: 404 });
  expect(await glance().get("../../v3?a#b")).toBeUndefined();
});

it.each(["", ".", ".."])("an id %j names no other address", async (id) => {
  const network = mockNetwork();
  network.expect(`GET ${IMAGES}/-`, { status: 404 });
  network.expect(`DELETE ${IMAGES}/-`, { status: 404 });
  expect(await glance().get(id)).toBeUndefined();
  await glance().delete(id);
});

it.each([
  "https://glance.example:9292/v2",
  "https://glance.example:9292/v2/",
  "https://glance.example:9292/v2.1/",
  "https://glance.example:9292//",
])("an endpoint may or may not name a version: %s", async (endpoint) => {
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { json: wireImage() });
  expect(await glance({ endpoint }).get(ID)).toBeDefined();
});

it("an endpoint may have a path", async () => {
  mockNetwork().expect(`GET https://cloud.example/image/v2/images/${ID}`, { json: wireImage() });
  expect(await glance({ endpoint: "https://cloud.example/image" }).get(ID)).toBeDefined();
});
