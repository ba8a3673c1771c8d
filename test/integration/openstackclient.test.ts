/** OpenStack's own command line, unchanged, takes the fake for a cloud. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { type FakeServer, type FakeUser, fakeOpenStack } from "../../src/testing/index.ts";
import { temporaryFolder } from "../support/folder.ts";

it("openstackclient creates, uploads, sets, lists, shares and deletes on the fake", async () => {
  const fake = fakeOpenStack();
  const server = await fake.listen();
  onTestFinished(() => server.close());
  const file = join(await temporaryFolder(), "image.raw");
  await writeFile(file, "hello");
  const demo = (...words: readonly string[]) => run(server, "demo", words);

  await demo("image", "create", "--disk-format", "raw", "--file", file, "--shared", "debian");
  expect(JSON.parse(await demo("image", "show", "debian", "-f", "json"))).toMatchObject({
    status: "active",
    size: 5,
  });

  await demo("image", "set", "--property", "os_distro=debian", "--tag", "golden", "debian");
  const listed = JSON.parse(await demo("image", "list", "--tag", "golden", "-f", "json"));
  expect(listed).toMatchObject([{ Name: "debian", Status: "active" }]);

  const [{ ID: id }] = listed;
  await demo("image", "add", "project", id, fake.projectId("other"));
  await run(server, "other", ["image", "set", "--accept", id]);
  expect(JSON.parse(await run(server, "other", ["image", "list", "-f", "json"]))).toMatchObject([{ ID: id }]);

  await demo("image", "delete", id);
  expect(JSON.parse(await demo("image", "list", "-f", "json"))).toEqual([]);
});

async function run({ origin }: FakeServer, user: FakeUser, words: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env["PATH"],
    OS_AUTH_URL: `${origin}/identity/v3`,
    OS_USERNAME: user,
    OS_PASSWORD: "secret",
    OS_PROJECT_NAME: user,
    OS_USER_DOMAIN_NAME: "Default",
    OS_PROJECT_DOMAIN_NAME: "Default",
    OS_IDENTITY_API_VERSION: "3",
  };
  return (await promisify(execFile)("openstack", [...words], { env })).stdout;
}
