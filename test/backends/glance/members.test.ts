import { expect, it } from "vitest";
import { rejectionOf } from "../../support/errors.ts";
import { glance, ID, IMAGES, TOKEN } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

const MEMBERS = `${IMAGES}/${ID}/members`;

it("lists the projects, whatever they answered", async () => {
  const network = mockNetwork();
  network.expect(`GET ${MEMBERS}`, {
    json: {
      members: [
        { member_id: "p2", status: "pending", image_id: ID },
        { member_id: "p3", status: "rejected", image_id: ID },
      ],
      schema: "/v2/schemas/members",
    },
  });
  expect(await glance().members.list(ID)).toEqual(["p2", "p3"]);
  expect(network.calls[0]?.headers).toEqual({ accept: "application/json", "x-auth-token": TOKEN });
});

it("tells what each project answered, and when", async () => {
  mockNetwork().expect(`GET ${MEMBERS}`, {
    json: {
      members: [
        {
          member_id: "p2",
          status: "accepted",
          created_at: "2026-11-20T10:00:00Z",
          updated_at: "2026-11-21T10:00:00Z",
        },
        { member_id: "p3" },
      ],
    },
  });
  expect(await glance().members.statuses?.(ID)).toEqual([
    {
      project: "p2",
      status: "accepted",
      createdAt: "2026-11-20T10:00:00Z",
      updatedAt: "2026-11-21T10:00:00Z",
    },
    { project: "p3", status: "pending" },
  ]);
});

it("answers by PUT for the project of the token", async () => {
  const network = mockNetwork();
  network.expect(`PUT ${MEMBERS}/p1`, { json: { member_id: "p1", status: "accepted" } });
  await glance().members.setStatus?.(ID, "accepted");
  expect(network.calls).toMatchObject([{ body: { status: "accepted" } }]);
});

it("an owner can't answer for others, and is told so", async () => {
  mockNetwork().expect(`PUT ${MEMBERS}/p1`, { status: 403, json: { message: "Forbidden" } });
  expect(await rejectionOf(glance().members.setStatus?.(ID, "accepted") ?? Promise.resolve())).toMatchObject({
    code: "ERR_HTTP_FORBIDDEN",
    message: expect.stringContaining("not its owner"),
  });
});

it("an image that isn't shared has none", async () => {
  mockNetwork().expect(`GET ${MEMBERS}`, {
    status: 403,
    json: { message: "Only shared images have members." },
  });
  expect(await glance().members.list(ID)).toEqual([]);
});

it("shares by POST; who is a member already is no error", async () => {
  const network = mockNetwork();
  network.expect(`POST ${MEMBERS}`, { json: { member_id: "p2" } }, { status: 409 });
  await glance().members.add(ID, "p2");
  await glance().members.add(ID, "p2");
  for (const call of network.calls) {
    expect(call.body).toEqual({ member: "p2" });
    expect(call.headers["content-type"]).toBe("application/json");
  }
});

it("ends the sharing by DELETE; who is no member is no error", async () => {
  const network = mockNetwork();
  network.expect(`DELETE ${MEMBERS}/p%2F2`, { status: 204 }, { status: 404 });
  await glance().members.remove(ID, "p/2");
  await glance().members.remove(ID, "p/2");
  for (const call of network.calls) expect(call.headers["content-type"]).toBeUndefined();
});

it("sharing an image that isn't of visibility shared is a 403", async () => {
  mockNetwork().expect(`POST ${MEMBERS}`, {
    status: 403,
    json: { message: "Only shared images have members." },
  });
  expect(await rejectionOf(glance().members.add(ID, "p2"))).toMatchObject({
    code: "ERR_HTTP_FORBIDDEN",
    message: `Sharing of image ${ID} with p2 failed: 403 Only shared images have members.`,
  });
});

it("a list that isn't one is ERR_RESPONSE_INVALID", async () => {
  mockNetwork().expect(`GET ${MEMBERS}`, { json: { members: [{ id: "p2" }] } });
  expect(await rejectionOf(glance().members.list(ID))).toMatchObject({
    code: "ERR_RESPONSE_INVALID",
    issues: [{ path: ["members", 0, "member_id"] }],
  });
});
