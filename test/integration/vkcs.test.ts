/** A real Keystone and Glance, as if they were a private installation of VK Cloud. */
import { expect, inject, it } from "vitest";
import { vkcs } from "../../src/backends/vkcs/index.ts";
import { ImageManager, type ImageSpecInput } from "../../src/index.ts";
import { chunksOf, digestOf, someBytes } from "../support/bytes.ts";
import { authOf, backendOf, projectIdOf } from "./support/cloud.ts";

const DATA = someBytes(300_000);

it("an image is as declared, and stays so whatever services add to it", async () => {
  const images = await managerOfVkcs();
  const spec = {
    name: "vkcs-added",
    containerFormat: "bare",
    diskFormat: "raw",
    source: { open: () => chunksOf(DATA), size: DATA.length },
    properties: { mcs_os_distro: "debian", hw_qemu_guest_agent: "yes" },
    tags: ["golden"],
  } satisfies ImageSpecInput;
  const { image, verification } = await images.apply(spec);
  expect(image).toMatchObject({ status: "active", hashValue: digestOf("sha512", DATA) });
  expect(verification.status).toBe("verified");
  // This Glance shows where the data is.
  expect(image.raw).toMatchObject({ direct_url: expect.stringContaining(image.id) });
  expect(JSON.stringify(image)).not.toMatch(/direct_url|locations/);

  const service = await backendOf("demo");
  const added = {
    store: "s3",
    base_image_ref: image.id,
    owner_user_name: "user@example.com",
    "owner_specified.openstack.md5": "0",
  };
  await service.update(
    image.id,
    Object.entries(added).map(([name, to]) => ({ kind: "property", op: "add", name, to })),
  );
  expect(await images.plan(spec)).toMatchObject({ action: "none", operations: [] });

  const { image: changed } = await images.apply({ ...spec, properties: { owner_user_name: "mine" } });
  expect(changed.properties).toMatchObject({ owner_user_name: "mine", base_image_ref: image.id });
  expect(changed.properties["mcs_os_distro"]).toBeUndefined();
  expect(changed.serverProperties).toMatchObject({ store: "s3" });
  await images.destroy(image.id);
});

it("a project that is named by its id, and users of a domain that is named", async () => {
  const { projectName: _name, projectDomainName: _domain, ...auth } = authOf("demo");
  const projectId = await projectIdOf("demo");
  expect(await vkcs({ auth: { ...auth, projectId } })).toMatchObject({
    projectId,
    region: inject("cloud").region,
  });
});

async function managerOfVkcs(): Promise<ImageManager> {
  return new ImageManager(await vkcs({ auth: authOf("demo") }));
}
