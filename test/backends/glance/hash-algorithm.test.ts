import { expect, it } from "vitest";
import { glance, ID, IMAGES, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

it("the algorithm of the cloud is that of the youngest image seen, and asked for by nobody", async () => {
  const network = mockNetwork();
  const young = wireImage({ id: "1", os_hash_algo: "sha3_256", created_at: "2026-11-21T00:00:00Z" });
  const old = wireImage({ id: "2", os_hash_algo: "sha512", created_at: "2020-01-01T00:00:00Z" });
  const queued = { checksum: null, os_hash_algo: null, created_at: "2026-11-22T00:00:00Z" };
  network.expect(`GET ${IMAGES}`, { json: { images: [wireImage({ id: "3", ...queued }), young, old] } });
  network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage({ ...queued, os_hash_algo: "" }) });
  const backend = glance();
  expect(backend.hashAlgorithm()).toBeUndefined();
  await backend.get(ID);
  expect(backend.hashAlgorithm()).toBeUndefined();
  for await (const image of backend.list({ hidden: false })) expect(image.id).toBeDefined();
  expect(backend.hashAlgorithm()).toBe("sha3_256");
});

it("a cloud that reports md5 alone is a cloud of md5", async () => {
  const { os_hash_algo: _algorithm, os_hash_value: _value, ...before } = wireImage();
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { json: before });
  const backend = glance();
  expect(await backend.get(ID)).toMatchObject({ hashAlgorithm: undefined });
  expect(backend.hashAlgorithm()).toBe("md5");
});

it("an image without another digest is no sign of a cloud that has none", async () => {
  const migrated = wireImage({ os_hash_algo: null, os_hash_value: null });
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { json: migrated });
  const backend = glance();
  await backend.get(ID);
  expect(backend.hashAlgorithm()).toBeUndefined();
});
