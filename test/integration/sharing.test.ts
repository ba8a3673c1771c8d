/** What a project answers to images that others share with it, and what becomes of members with the visibility. */
import { expect, test } from "vitest";
import { managerOf, projectIdOf } from "./support/cloud.ts";
import { collect } from "./support/collect.ts";
import { rejectionOf } from "./support/errors.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("who gets an image finds it, answers, and sees it listed once it is accepted", async () => {
  const [images, theirs] = [await managerOf("demo"), await managerOf("other")];
  const [name, other] = [imageName(), await projectIdOf("other")];
  const { image } = await images.apply({ name, ...formats, visibility: "shared", members: [other] });
  const found = async (memberStatus?: "pending" | "accepted" | "rejected" | "all") =>
    (await collect(theirs.list({ name, memberStatus }))).map(({ id }) => id);

  expect(await images.members(image.id)).toEqual([
    { project: other, status: "pending", createdAt: expect.any(String), updatedAt: expect.any(String) },
  ]);
  expect(await found()).toEqual([]);
  expect(await found("pending")).toEqual([image.id]);
  expect(await found("accepted")).toEqual([]);

  for (const _time of [1, 2]) await theirs.setMemberStatus(image.id, "accepted");
  expect(await images.members(image.id)).toMatchObject([{ project: other, status: "accepted" }]);
  expect(await found()).toEqual([image.id]);
  expect(await found("accepted")).toEqual([image.id]);
  expect(await found("pending")).toEqual([]);

  await theirs.setMemberStatus(image.id, "rejected");
  expect(await found()).toEqual([]);
  expect(await found("rejected")).toEqual([image.id]);
  expect(await found("all")).toEqual([image.id]);
  // One's own image is shared with others, not with oneself.
  expect(await collect(images.list({ name, memberStatus: "all" }))).toEqual([]);
  expect(await images.plan({ name, ...formats, members: [other] })).toMatchObject({ action: "none" });
});

test("only who was asked answers", async () => {
  const [images, theirs] = [await managerOf("demo"), await managerOf("other")];
  const { image } = await images.apply({
    name: imageName(),
    ...formats,
    visibility: "shared",
    members: [await projectIdOf("admin")],
  });

  expect(await rejectionOf(theirs.setMemberStatus(image.id, "accepted"))).toMatchObject({
    code: "ERR_HTTP_NOT_FOUND",
  });
  expect(await rejectionOf(images.setMemberStatus(image.id, "accepted"))).toMatchObject({
    name: "HttpError",
  });
  expect(await images.members(image.id)).toMatchObject([{ status: "pending" }]);
});

test("an image that isn't shared has no members to tell of", async () => {
  const images = await managerOf("demo");
  const { image } = await images.apply({ name: imageName(), ...formats });
  expect(await images.members(image.id)).toEqual([]);
});

test("the visibility goes before members that come, and after members that leave", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const [name, other] = [imageName(), await projectIdOf("other")];
  const { image } = await images.apply({ name, ...formats });
  const steps = async (spec: object): Promise<readonly string[]> => {
    const before = writes().length;
    await images.apply({ name, ...formats, ...spec });
    return writes()
      .slice(before)
      .map((write) => write.replace(image.id, "ID").replace(other, "OTHER"));
  };

  expect(await steps({ visibility: "shared", members: [other] })).toEqual([
    "PATCH /v2/images/ID",
    "POST /v2/images/ID/members",
  ]);
  expect(await steps({ visibility: "private", members: [] })).toEqual([
    "DELETE /v2/images/ID/members/OTHER",
    "PATCH /v2/images/ID",
  ]);
  expect(await steps({ visibility: "shared" })).toEqual(["PATCH /v2/images/ID"]);
  expect(await images.members(image.id)).toEqual([]);
});

test("members that come back with the visibility go, unless they are declared", async () => {
  const images = await managerOf("demo");
  const [name, other, admin] = [imageName(), await projectIdOf("other"), await projectIdOf("admin")];
  const { image } = await images.apply({ name, ...formats, visibility: "shared", members: [other] });

  // A spec that says nothing of members leaves them to Glance, which keeps them out of sight.
  await images.apply({ name, ...formats, visibility: "private" });
  expect(await images.members(image.id)).toEqual([]);
  expect(await (await managerOf("other")).get(image.id)).toBeUndefined();
  await images.apply({ name, ...formats, visibility: "shared" });
  expect(await images.members(image.id)).toMatchObject([{ project: other }]);

  await images.apply({ name, ...formats, visibility: "private" });
  const again = { name, ...formats, visibility: "shared", members: [admin] } as const;
  const applied = await images.apply(again);
  expect(applied.image.members).toEqual([admin]);
  expect(await images.members(image.id)).toMatchObject([{ project: admin }]);
  expect(await images.plan(again)).toMatchObject({ action: "none" });

  await images.apply({ name, ...formats, visibility: "private" });
  await images.apply({ name, ...formats, visibility: "shared", members: [] });
  expect(await images.members(image.id)).toEqual([]);
});
