/** The fake KakaoCloud, as a test of a user's own has it, and what is odd about the cloud. */
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { kakaocloud } from "../../src/backends/kakaocloud/index.ts";
import { ImageManager } from "../../src/index.ts";
import {
  type FakeKakaoCloud,
  type FakeKakaoCloudOptions,
  type FakeKakaoCloudUser,
  fakeKakaoCloud,
} from "../../src/testing/index.ts";

const NAME = "web-golden-01";
const ID = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

describe("a fake through msw", () => {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());

  it("makes an image of a volume, and has nothing to do for it afterwards", async () => {
    const fake = fakeKakaoCloud();
    server.use(...fake.handlers({ http }));
    const images = new ImageManager(await kakaocloud(fake.options()));
    const spec = { name: NAME, source: { volumeId: fake.addVolume({ sizeGb: 10 }) } };
    const { image } = await images.apply(spec);
    expect(image).toMatchObject({ status: "active", sizeBytes: 10 * 1024 ** 3, minDiskGb: 10 });
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });

  it("shows no secret in its journal", async () => {
    const fake = fakeKakaoCloud();
    server.use(...fake.handlers({ http }));
    await (await kakaocloud(fake.options())).get(ID);
    expect(fake.journal).toEqual([
      { method: "GET", path: "/discovery/api/v1/client-endpoints/resolve", status: 200 },
      { method: "POST", path: "/iam/identity/v3/auth/tokens", status: 201 },
      { method: "GET", path: `/image/api/v1/images/${ID}`, status: 404 },
    ]);
  });
});

describe("a fake by HTTP", () => {
  it("brings an image on by readings, from queued to active", async () => {
    const { fake, backend } = await served({ readsPerState: 2 });
    const demo = await backend();
    const id = await newImage(demo, fake);
    expect(await statuses(demo, id, 5)).toEqual(["queued", "saving", "saving", "active", "active"]);
  });

  it("brings an image on by its clock", async () => {
    let nowMs = Date.now();
    const { fake, backend } = await served({ stateMs: 1000, clock: () => new Date(nowMs) });
    const demo = await backend();
    const id = await newImage(demo, fake);
    expect(await statuses(demo, id, 3)).toEqual(["queued", "queued", "queued"]);
    nowMs += 1000;
    expect(await statuses(demo, id, 2)).toEqual(["saving", "saving"]);
    nowMs += 1000;
    expect(await statuses(demo, id, 1)).toEqual(["active"]);
  });

  it("keeps a deleted image for a while", async () => {
    const { fake, backend, origin } = await served({ readsUntilGone: 3 });
    const demo = await backend();
    const id = await newImage(demo, fake);
    await demo.delete(id);
    const asked = fake.journal.filter(({ path, method }) => method === "GET" && path.endsWith(id));
    expect(asked.map(({ status }) => status).slice(-4)).toEqual([200, 200, 200, 404]);
    expect(origin).toMatch(/^http:/);
  });

  it("refuses tokens that have expired, by its clock or because a test wants it", async () => {
    let nowMs = Date.now();
    const { fake, backend } = await served({ tokenLifetimeMs: 3_600_000, clock: () => new Date(nowMs) });
    const demo = await backend();
    nowMs += 3_600_000;
    await demo.get(ID);
    fake.expireTokens();
    await demo.get(ID);
    const onceRefused = [401, 201, 404];
    expect(fake.journal.map(({ status }) => status).slice(2)).toEqual([...onceRefused, ...onceRefused]);
  });

  it("gives 20 images at a time to who doesn't say how many, and at most what an operator sets", async () => {
    const { fake, backend, origin } = await served({ maxPageSize: 30 });
    const demo = await backend();
    const volumeId = fake.addVolume();
    for (let count = 0; count < 31; count++)
      await demo.createFrom?.start({ id: "", name: NAME }, { volumeId });
    const headers = { "x-auth-token": await tokenOf(origin) };
    const counts = await Promise.all(
      ["", "?limit=10&offset=25", "?limit=1000"].map(async (query) => {
        const answer = await fetch(`${origin}/image/api/v1/images${query}`, { headers });
        expect(answer.status).toBe(200);
        return countsOf(await answer.json());
      }),
    );
    expect(counts).toEqual([
      [20, 31],
      [6, 31],
      [30, 31],
    ]);
    expect(await Array.fromAsync(demo.list({}))).toHaveLength(31);
  });

  it("shares an image with another project, which sees it by its answer", async () => {
    const { fake, backend } = await served();
    const [demo, other] = [await backend(), await backend("other")];
    const id = await newImage(demo, fake);
    await demo.members?.add(id, fake.projectId("other"));
    const ids = async (memberStatus?: "pending" | "accepted") =>
      (await Array.fromAsync(other.list(memberStatus === undefined ? {} : { memberStatus }))).map(
        (image) => image.id,
      );
    expect([await ids(), await ids("pending")]).toEqual([[], [id]]);
    fake.answerSharing(id, "other", "accepted");
    expect([await ids(), await ids("pending"), await ids("accepted")]).toEqual([[id], [], [id]]);
    expect(await demo.members?.statuses?.(id)).toMatchObject([
      { project: fake.projectId("other"), status: "accepted" },
    ]);
    expect((await other.get(id))?.kakaocloud?.imageMemberStatus).toBe("accepted");
    await demo.members?.remove(id, fake.projectId("other"));
    expect(await other.get(id)).toBeUndefined();
    expect(() => fake.answerSharing(id, "other", "accepted")).toThrow("not shared");
  });

  it("refuses in three forms", async () => {
    const { origin } = await served();
    const headers = { "x-auth-token": await tokenOf(origin), "content-type": "application/json" };
    const bodyOf = async (path: string, init: RequestInit) => (await fetch(`${origin}${path}`, init)).json();
    expect(
      await bodyOf("/iam/identity/v3/auth/tokens", { method: "POST", headers, body: '{"auth":{}}' }),
    ).toEqual({
      error: { code: 400, message: expect.any(String), title: "Bad Request" },
    });
    expect(await bodyOf(`/image/api/v1/images/${ID}`, { headers })).toEqual({
      error: { code: "NotFound", message: expect.stringContaining(ID) },
    });
    const body = JSON.stringify({ image: { name: "web--x", description: 3 } });
    expect(await bodyOf(`/image/api/v1/images/${ID}`, { method: "PUT", headers, body })).toEqual({
      detail: [
        { loc: ["body", "image", "name"], msg: expect.any(String), type: "string_pattern_mismatch" },
        { loc: ["body", "image", "description"], msg: expect.any(String), type: "string_type" },
      ],
    });
  });

  it("wants a token request to say that it is JSON", async () => {
    const { origin } = await served();
    const answer = await fetch(`${origin}/iam/identity/v3/auth/tokens`, { method: "POST", body: "{}" });
    expect(answer.status).toBe(415);
  });

  it("fails the next requests that match, in the form of the service", async () => {
    const { fake, backend } = await served();
    const demo = await backend();
    fake.failNext({ status: 403, path: /^\/image\// });
    await expect(demo.get(ID)).rejects.toThrow("As the test wants it. (Forbidden)");
    expect(await demo.get(ID)).toBeUndefined();
  });

  it("keeps volumes of another project to that", async () => {
    const { fake, backend } = await served();
    const volumeId = fake.addVolume({ owner: "other" });
    const started = (await backend()).createFrom?.start({ id: "", name: NAME }, { volumeId });
    await expect(started).rejects.toMatchObject({ status: 404 });
  });
});

async function served(options: FakeKakaoCloudOptions = {}) {
  const fake = fakeKakaoCloud(options);
  const server = await fake.listen();
  onTestFinished(() => server.close());
  const backend = (user?: FakeKakaoCloudUser) => kakaocloud({ ...server.options(user), retry: { limit: 0 } });
  return { fake, backend, origin: server.origin };
}

/** How many images a page has, and how many there are. */
function countsOf(page: unknown): readonly unknown[] {
  const Page = z.object({ images: z.array(z.unknown()), pagination: z.object({ total: z.number() }) });
  const { images, pagination } = Page.parse(page);
  return [images.length, pagination.total];
}

type Made = Awaited<ReturnType<typeof kakaocloud>>;

/** A new image, made without the backend's own look at it. */
async function newImage(demo: Made, fake: FakeKakaoCloud): Promise<string> {
  fake.failNext({ status: 500, method: "GET", path: /^\/image\/api\/v1\/images\/./ });
  const image = await demo.createFrom?.start({ id: "", name: NAME }, { volumeId: fake.addVolume() });
  return image?.id ?? "";
}

async function statuses(demo: Made, id: string, count: number): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (let read = 0; read < count; read++) seen.push((await demo.get(id))?.status);
  return seen;
}

async function tokenOf(origin: string): Promise<string> {
  const application_credential = { id: "credential-demo", secret: "secret" };
  const identity = { methods: ["application_credential"], application_credential };
  const answer = await fetch(`${origin}/iam/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity } }),
  });
  return answer.headers.get("x-subject-token") ?? "";
}
