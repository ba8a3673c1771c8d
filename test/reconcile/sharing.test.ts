import { describe, expect, it } from "vitest";
import { type Backend, ImageManager, type MemberStatus } from "../../src/index.ts";
import { cloud, imagesOf, recorded, specOf } from "./support/cloud.ts";

const shared = { name: "a", containerFormat: "bare", diskFormat: "raw", visibility: "shared" } as const;

describe("members", () => {
  it("are pending where a backend knows of no answers", async () => {
    const images = new ImageManager(cloud());
    const { image } = await images.apply({ ...shared, members: ["p1", "p2"] });
    expect(await images.members(image.id)).toEqual([
      { project: "p1", status: "pending" },
      { project: "p2", status: "pending" },
    ]);
  });
  it("are told as the backend has them", async () => {
    const backend = cloud();
    const answered = { project: "p1", status: "accepted" };
    const members = { ...backend.members, statuses: async () => [answered] };
    expect(await new ImageManager({ ...backend, members }).members("id")).toEqual([answered]);
  });
  it("can't be asked for where there are none", async () => {
    const { members: _none, ...backend } = cloud();
    await expect(new ImageManager(backend).members("id")).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "members",
    });
  });
});

describe("an answer to a sharing", () => {
  const answering = (told: unknown[]): Backend => {
    const backend = cloud();
    const setStatus = async (id: string, status: MemberStatus) => void told.push([id, status]);
    return { ...backend, members: { ...backend.members, setStatus } };
  };

  it("is given to the backend", async () => {
    const told: unknown[] = [];
    await new ImageManager(answering(told)).setMemberStatus("id", "rejected");
    expect(told).toEqual([["id", "rejected"]]);
  });
  it.each(["yes", "Accepted", "all", ""])("that is none is refused: %j", async (status) => {
    const told: unknown[] = [];
    const answer = new ImageManager(answering(told)).setMemberStatus("id", status as MemberStatus);
    await expect(answer).rejects.toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["status"] }] });
    expect(told).toEqual([]);
  });
  it("is unsupported where there is one owner", async () => {
    await expect(new ImageManager(cloud()).setMemberStatus("id", "accepted")).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "setMemberStatus",
    });
  });
});

describe("images that others share", () => {
  it("are none where there is one owner", async () => {
    const images = new ImageManager(cloud());
    await images.apply(shared);
    for await (const image of images.list({ memberStatus: "all" })) expect(image).toBeUndefined();
  });
  it("are those of other projects", async () => {
    const backend = { ...cloud(), projectId: "mine" };
    const images = new ImageManager({
      ...backend,
      async *list(query, options) {
        for (const owner of ["mine", "theirs"])
          for await (const image of backend.list(query, options)) yield { ...image, owner };
      },
    });
    await new ImageManager({ ...backend, projectId: undefined }).apply(shared);
    expect(await images.find({ memberStatus: "pending" })).toMatchObject({ owner: "theirs" });
  });
});

describe("members that come back with the visibility", () => {
  /** A cloud that keeps the members of an image that isn't shared out of sight, as Glance does. */
  const forgetful = () => {
    const backend = recorded();
    const list = async (id: string) => {
      backend.calls.push("members.list");
      const image = await backend.get(id);
      return image?.visibility === "shared" ? (image.members ?? []) : [];
    };
    const hiding: Backend = {
      ...backend,
      async get(id, options) {
        const { members: _out, ...image } = (await backend.get(id, options)) ?? { id: "" };
        return image.id === "" ? undefined : (image as Awaited<ReturnType<Backend["get"]>>);
      },
      async *list(query, options) {
        for await (const { members: _out, ...image } of backend.list(query, options)) yield image;
      },
      members: { ...backend.members, list },
    };
    return { backend, images: new ImageManager(hiding) };
  };

  it("go where the spec doesn't declare them", async () => {
    const { backend, images } = forgetful();
    await images.apply({ ...shared, members: ["p1", "p2"] });
    await images.apply({ ...shared, visibility: "private" });
    const { image } = await images.apply({ ...shared, members: ["p2", "p3"] });
    expect(image.members).toEqual(["p2", "p3"]);
    expect((await imagesOf(backend))[0]?.members).toEqual(["p2", "p3"]);
  });
  it("go when something else changes with it", async () => {
    const { backend, images } = forgetful();
    await images.apply({ ...shared, members: ["p1"] });
    await images.apply({ ...shared, visibility: "private" });
    await images.apply({ ...shared, members: ["p2"], tags: ["t"] });
    expect((await imagesOf(backend))[0]).toMatchObject({ members: ["p2"], tags: ["t"] });
  });
  it("are not looked for when it is something else that changes", async () => {
    const { backend, images } = forgetful();
    const members = ["p1"];
    await images.apply({ ...shared, members });
    const plans = [
      { ...shared, members, tags: ["t"] },
      { ...shared, members, tags: ["t"], minDiskGb: 1 },
      { ...shared, members, tags: ["shared"], minDiskGb: 1 },
    ];
    for (const spec of plans) {
      const plan = await images.plan(spec);
      backend.calls.length = 0;
      await images.apply(plan);
      expect(backend.calls.slice(backend.calls.indexOf("update"))).toEqual(["update", "get"]);
    }
  });
  it("stay where the spec doesn't speak of members", async () => {
    const { backend, images } = forgetful();
    await images.apply({ ...shared, members: ["p1"] });
    await images.apply({ ...shared, visibility: "private" });
    await images.apply(shared);
    expect((await imagesOf(backend))[0]?.members).toEqual(["p1"]);
  });
});

describe("deactivation", () => {
  it("closes an image, which a plan leaves closed, and opens it again", async () => {
    const images = new ImageManager(cloud());
    const spec = specOf();
    const { image } = await images.apply(spec);
    expect(await images.deactivate(image.id)).toMatchObject({ id: image.id, status: "deactivated" });
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
    expect(await images.reactivate(image.id)).toMatchObject({ status: "active" });
  });
  it("is unsupported where the backend can't", async () => {
    const { deactivate: _deactivate, reactivate: _reactivate, ...backend } = cloud() as Backend;
    const images = new ImageManager(backend);
    for (const action of ["deactivate", "reactivate"] as const) {
      await expect(images[action]("id")).rejects.toMatchObject({
        code: "ERR_UNSUPPORTED",
        capability: action,
      });
    }
  });
  it("explains why the data can't be downloaded", async () => {
    const images = new ImageManager(cloud());
    const { image } = await images.apply(specOf());
    await images.deactivate(image.id);
    await expect(images.download(image.id, "/nowhere")).rejects.toMatchObject({
      code: "ERR_IMAGE_STATUS",
      imageId: image.id,
      status: "deactivated",
      cause: { code: "ERR_HTTP_FORBIDDEN" },
    });
  });
});
