import { expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { keystoneSession } from "../../../src/backends/keystone/session.ts";
import { ImagewrightError } from "../../../src/model/index.ts";
import { chunksOf } from "../../support/bytes.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import {
  type GlanceBackend,
  glance,
  ID,
  IMAGES,
  sessionWith,
  TOKEN,
  wireImage,
} from "../../support/glance.ts";
import { closedPort, rawServer } from "../../support/loopback.ts";
import { mockNetwork } from "../../support/network.ts";

const PASSWORD = "hunter2-password";

const CALLS: readonly [name: string, run: (backend: GlanceBackend) => Promise<unknown>][] = [
  ["get", (backend) => backend.get(ID)],
  ["list", (backend) => backend.list({})[Symbol.asyncIterator]().next()],
  ["create", (backend) => backend.create({ id: ID, name: "a" })],
  ["update", (backend) => backend.update(ID, [{ kind: "tag", op: "add", tag: "a" }])],
  ["delete", (backend) => backend.delete(ID)],
  ["upload", (backend) => backend.upload(ID, { sizeBytes: 1, chunks: chunksOf(Buffer.from("x")) })],
  ["download", (backend) => backend.download(ID)],
  ["members", (backend) => backend.members.list(ID)],
];

it.each(CALLS)("an unreachable cloud's error of %s doesn't have the token", async (_name, run) => {
  const error = await rejectionOf(run(glance({ endpoint: await closedPort() })));
  expect(error).toMatchObject({ code: "ERR_NETWORK", retryable: true });
  expectNoSecret(error, TOKEN);
});

it.each(CALLS)("a cut connection's error of %s doesn't have the token", async (_name, run) => {
  const endpoint = await rawServer((socket) => socket.once("data", () => socket.destroy()));
  const error = await rejectionOf(run(glance({ endpoint })));
  expect(error).toMatchObject({ code: "ERR_NETWORK" });
  expectNoSecret(error, TOKEN);
});

it.each([401, 403, 500])("a refusal of status %i doesn't have the token", async (status) => {
  mockNetwork().expect(
    `GET ${IMAGES}/${ID}`,
    ...Array.from({ length: status === 401 ? 2 : 1 }, () => ({ status })),
  );
  const error = await rejectionOf(glance({ session: sessionWith(TOKEN) }).get(ID));
  expect(ImagewrightError.is(error)).toBe(true);
  expectNoSecret(error, TOKEN);
});

it("an answer that isn't an image doesn't show what it holds", async () => {
  const secret = "swift+https://user:hunter2@store";
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, { json: wireImage({ direct_url: secret, tags: 5 }) });
  const error = await rejectionOf(glance().get(ID));
  expect(error).toMatchObject({ code: "ERR_RESPONSE_INVALID" });
  expectNoSecret(error, TOKEN, "hunter2");
});

it("a refusal that names the address of the data shows no credentials of the store", async () => {
  const address = "s3://access:sec/ret@h-int.icebox.q/images/1";
  const message = `Could not delete <b>${address}</b> (${address})`;
  mockNetwork().expect(`DELETE ${IMAGES}/${ID}`, { status: 500, json: { message } });
  const error = await rejectionOf(glance().delete(ID));
  expect(error).toMatchObject({
    message: `Deletion of image ${ID} failed: 500 Could not delete s3://…@h-int.icebox.q/images/1 (s3://…@h-int.icebox.q/images/1)`,
  });
  expectNoSecret(error, "access:", "sec/ret");
});

it.each<[string, () => Promise<string>]>([
  ["unreachable", closedPort],
  ["cutting the connection", () => rawServer((socket) => socket.once("data", () => socket.destroy()))],
])("a Keystone that is %s leaves no password in the error", async (_what, start) => {
  const authUrl = await start();
  const error = await rejectionOf(backendAt(authUrl).get(ID));
  expect(error).toMatchObject({ code: "ERR_NETWORK" });
  expectNoSecret(error, PASSWORD);
});

it.each([400, 401, 403, 404, 500, 201])(
  "a Keystone that answers %i leaves no secret in the error",
  async (status) => {
    const authUrl = "https://keystone.example";
    mockNetwork().expect(`POST ${authUrl}/v3/auth/tokens`, {
      status,
      headers: { "x-subject-token": TOKEN },
      json: { error: { message: "The request you have made requires authentication." } },
    });
    const error = await rejectionOf(backendAt(authUrl).get(ID));
    expect(ImagewrightError.is(error)).toBe(true);
    expectNoSecret(error, PASSWORD, TOKEN);
  },
);

function backendAt(authUrl: string): GlanceBackend {
  const client = controlClient({ retry: { limit: 0 } });
  const auth = { authUrl, username: "u", password: PASSWORD, projectName: "p" };
  return glance({ session: keystoneSession({ auth, client, now: Date.now }) });
}
