import { expect, it } from "vitest";
import type { NewImage } from "../../../src/model/index.ts";
import { glance, ID, IMAGES, TOKEN, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

it("sends the whole record in one POST", async () => {
  const { headers, body } = await create({
    id: ID,
    name: "debian-13",
    containerFormat: "bare",
    diskFormat: "qcow2",
    minDiskGb: 2,
    minRamMb: 512,
    visibility: "community",
    protected: true,
    hidden: true,
    description: "Golden image",
    properties: { os_distro: "debian", empty: "" },
    tags: ["b", "a"],
  });
  expect(headers).toEqual({
    accept: "application/json",
    "content-length": expect.any(String),
    "content-type": "application/json",
    "x-auth-token": TOKEN,
  });
  expect(body).toEqual({
    id: ID,
    name: "debian-13",
    container_format: "bare",
    disk_format: "qcow2",
    min_disk: 2,
    min_ram: 512,
    visibility: "community",
    protected: true,
    os_hidden: true,
    description: "Golden image",
    os_distro: "debian",
    empty: "",
    tags: ["b", "a"],
  });
});

it("always says the visibility, and nothing else that is Glance's default", async () => {
  const { body } = await create({
    id: ID,
    name: "debian-13",
    minDiskGb: 0,
    minRamMb: 0,
    protected: false,
    hidden: false,
    description: "",
    properties: {},
    tags: [],
  });
  // Glance's own default is "shared"; clouds up to Queens refuse os_hidden.
  expect(body).toEqual({ id: ID, name: "debian-13", visibility: "private" });
});

it("says nothing of formats that are not given", async () => {
  const { body } = await create({ id: ID, name: "a" });
  expect(body).toEqual({ id: ID, name: "a", visibility: "private" });
});

it("returns the image as the cloud made it", async () => {
  mockNetwork().expect(`POST ${IMAGES}`, { status: 201, json: wireImage({ status: "queued", size: null }) });
  expect(await glance().create({ id: ID, name: "debian-13" })).toMatchObject({ id: ID, status: "queued" });
});

async function create(image: NewImage) {
  const network = mockNetwork();
  network.expect(`POST ${IMAGES}`, { status: 201, json: wireImage({ status: "queued" }) });
  await glance().create(image);
  const [call] = network.calls;
  return { headers: call?.headers, body: call?.body };
}
