/** The fake, as a test of a user's own has it. */
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import { ImageManager } from "../../src/index.ts";
import { type FakeOpenStack, fakeOpenStack } from "../../src/testing/index.ts";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: "bypass" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const SPEC = {
  name: "debian-13",
  containerFormat: "bare",
  diskFormat: "raw",
  source: { kind: "bytes", bytes: Buffer.from("hello") },
} as const;

describe("a fake through msw", () => {
  it("takes an image, and plans nothing for it afterwards", async () => {
    const fake = fakeOpenStack();
    const manager = await managerOver(fake);
    const image = await (await manager.openstack).create?.({
      id: "1bea47ed-f6a9-463b-b423-14b9cca9ad27",
      name: "debian-13",
      containerFormat: "bare",
      diskFormat: "raw",
      properties: { os_distro: "debian" },
    });
    expect(image).toMatchObject({ status: "queued", properties: { os_distro: "debian" } });
    expect(fake.journal.map(({ method, status }) => `${method} ${status}`)).toContain("POST 201");
  });

  it("shows no secret in its journal", async () => {
    const fake = fakeOpenStack();
    await (await managerOver(fake)).openstack.get("1bea47ed-f6a9-463b-b423-14b9cca9ad27");
    expect(JSON.stringify(fake.journal)).not.toMatch(/secret|gAAAA/);
    expect(fake.journal).toHaveLength(2);
  });
});
