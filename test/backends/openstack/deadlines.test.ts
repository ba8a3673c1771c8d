import { expect, it } from "vitest";
import { openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager } from "../../../src/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { ID } from "../../support/glance.ts";
import { httpServer } from "../../support/loopback.ts";

/** A deadline of an operation is a signal: what is under way then ends, and the reason is the platform's. */
it.each<[string, (images: ImageManager, signal: AbortSignal) => Promise<unknown>]>([
  ["get", (images, signal) => images.get(ID, { signal })],
  ["find", (images, signal) => images.find({ name: "a" }, { signal })],
  ["plan", (images, signal) => images.plan(SPEC, { signal })],
  ["apply", (images, signal) => images.apply(SPEC, { signal })],
  ["destroy", (images, signal) => images.destroy(ID, { signal })],
])("AbortSignal.timeout is the deadline of %s", async (_what, run) => {
  const images = new ImageManager(await openstack({ auth: { authUrl: await silentGlance(), token: "t" } }));
  const signal = AbortSignal.timeout(50);
  const error = await rejectionOf(run(images, signal));
  expect(error).toBe(signal.reason);
  expect(error).toMatchObject({ name: "TimeoutError" });
});

it("a backend whose data is silent says so in time, by its options", async () => {
  const auth = { authUrl: await silentGlance(), token: "t" };
  const backend = await openstack({ auth, dataIdleTimeoutMs: 100, uploadAnswerTimeoutMs: 100 });
  const download = rejectionOf(Promise.resolve(backend.download?.(ID)));
  expect(await download).toMatchObject({ code: "ERR_TIMEOUT", phase: "download", offset: 0 });
  async function* chunks() {
    yield Buffer.from("data");
  }
  const upload = rejectionOf(Promise.resolve(backend.upload?.(ID, { sizeBytes: 4, chunks: chunks() })));
  expect(await upload).toMatchObject({ code: "ERR_TIMEOUT", phase: "upload", offset: 4 });
});

const SPEC = { name: "a", containerFormat: "bare", diskFormat: "raw" } as const;

/** A Keystone that gives a token, and a Glance that says nothing. */
async function silentGlance(): Promise<string> {
  const url = await httpServer((request, response) => {
    if (request.url !== "/v3/auth/tokens") return;
    const endpoint = { interface: "public", region_id: "RegionOne", url };
    const catalog = [{ type: "image", endpoints: [endpoint] }];
    const token = { expires_at: "2100-01-01T00:00:00Z", project: { id: "p1" }, catalog };
    response.writeHead(201, { "x-subject-token": "t1" }).end(JSON.stringify({ token }));
  });
  return url;
}
