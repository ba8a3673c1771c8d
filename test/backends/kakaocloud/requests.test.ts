/** What is sent, and what answers mean. */
import { describe, expect, it } from "vitest";
import type { MetadataOperation } from "../../../src/backends/backend.ts";
import { rejectionOf } from "../../support/errors.ts";
import { sessionWith, TOKEN } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";
import {
  ID,
  IMAGES,
  kakaocloudWith,
  OTHER,
  PROJECT,
  pageOf,
  SERVICES,
  VOLUME_ID,
  wireImage,
} from "./wire.ts";

const ONE = `${IMAGES}/${ID}`;
const MEMBERS = `${ONE}/members`;
const MAKE = `POST ${SERVICES.volume}/api/v1/volumes/${VOLUME_ID}/image`;
const NEW = { id: "", name: "web-golden-01" };
const HEADERS = { accept: "application/json", "x-auth-token": TOKEN, "x-api-version": "1.3.0" };
const notFound = {
  status: 404,
  json: { error: { code: "NotFound", message: `Image ${ID} could not be found` } },
};

describe("list", () => {
  it.each([
    [{}, {}],
    [
      { owner: PROJECT, name: "web-golden-01" },
      { image_type: "my", name: "web-golden-01" },
    ],
    [{ owner: OTHER }, {}],
    [{ status: "active" }, { status: "active" }],
    [{ status: "killed" }, {}],
    [{ name: ["a", "b"], visibility: "private", hidden: false } as const, {}],
    [{ id: ID.toUpperCase() }, { id: ID }],
    [{ id: "no-uuid" }, {}],
  ])("by %o asks by %o, the rest is the caller's", async (query, parameters) => {
    const network = mockNetwork();
    network.expect(`GET ${IMAGES}`, pageOf("images"));
    await Array.fromAsync(kakaocloudWith().list(query));
    expect(network.calls[0]?.headers).toEqual(HEADERS);
    expect(Object.fromEntries(network.calls[0]?.query ?? [])).toEqual({
      ...parameters,
      sort_keys: "created_at",
      sort_dirs: "desc",
      limit: "1000",
      offset: "0",
    });
  });

  it("of own images takes those for own that don't say whose they are", async () => {
    mockNetwork().expect(`GET ${IMAGES}`, pageOf("images", wireImage({ owner: null, project_id: null })));
    const [image] = await Array.fromAsync(kakaocloudWith().list({ owner: PROJECT }));
    expect(image).toMatchObject({ id: ID, owner: PROJECT });
    expect(image?.raw).toMatchObject({ owner: null });
  });

  it("of what others share asks for each answer", async () => {
    const network = mockNetwork();
    const shared = wireImage({ owner: OTHER, project_id: OTHER, image_member_status: "pending" });
    network.expect(`GET ${IMAGES}`, pageOf("images", shared), pageOf("images"), pageOf("images", shared));
    const images = await Array.fromAsync(kakaocloudWith().list({ memberStatus: "all" }));
    expect(images.map(({ id, visibility }) => [id, visibility])).toEqual([[ID, "shared"]]);
    expect(network.calls.map(({ query }) => query.get("image_member_status"))).toEqual([
      "pending",
      "accepted",
      "rejected",
    ]);
  });

  it("leaves deleted images out", async () => {
    mockNetwork().expect(`GET ${IMAGES}`, pageOf("images", wireImage({ status: "deleted" })));
    expect(await Array.fromAsync(kakaocloudWith().list({}))).toEqual([]);
  });
});

describe("get", () => {
  it.each([
    ["isn't there", notFound],
    ["is deleted", { json: { image: wireImage({ status: "deleted" }) } }],
    [
      "can't be, by its id",
      { status: 422, json: { detail: [{ loc: ["path", "image_id"], msg: "no UUID" }] } },
    ],
  ])("of an image that %s is undefined", async (_what, reply) => {
    mockNetwork().expect(`GET ${ONE}`, reply);
    expect(await kakaocloudWith().get(ID)).toBeUndefined();
  });

  it.each(["", ".", ".."])("of %j asks for nothing else than an image", async (id) => {
    mockNetwork().expect(`GET ${IMAGES}/-`, notFound);
    expect(await kakaocloudWith().get(id)).toBeUndefined();
  });

  it("gets another token after a 401, and none after a 403", async () => {
    const network = mockNetwork();
    const refused = { status: 401, json: { error: { code: "Unauthorized", message: "expired" } } };
    const forbidden = { status: 403, json: { error: { code: "Forbidden", message: "token expired? no" } } };
    network.expect(`GET ${ONE}`, refused, { json: { image: wireImage() } }, forbidden);
    const session = sessionWith("t1", "t2");
    const backend = kakaocloudWith({ session });
    expect((await backend.get(ID))?.id).toBe(ID);
    expect(await rejectionOf(backend.get(ID))).toMatchObject({ code: "ERR_HTTP_FORBIDDEN" });
    expect(network.calls.map(({ headers }) => headers["x-auth-token"])).toEqual(["t1", "t2", "t2"]);
  });

  it("rejects an answer without an image", async () => {
    mockNetwork().expect(`GET ${ONE}`, { json: { images: [] } });
    expect(await rejectionOf(kakaocloudWith().get(ID))).toMatchObject({ code: "ERR_RESPONSE_INVALID" });
  });
});

describe("update", () => {
  const rename: MetadataOperation = {
    kind: "attribute",
    op: "update",
    name: "name",
    from: "a",
    to: "web-02",
  };
  const clear: MetadataOperation = {
    kind: "attribute",
    op: "update",
    name: "description",
    from: "a",
    to: "",
  };

  it.each([
    [[rename], { name: "web-02" }],
    [[clear], { description: "-" }],
    [[rename, clear], { name: "web-02", description: "-" }],
  ])("by %o sends %o, and reads the image: the answer lacks fields", async (operations, changes) => {
    const network = mockNetwork();
    network.expect(`PUT ${ONE}`, { json: { image: { id: ID } } });
    network.expect(`GET ${ONE}`, { json: { image: wireImage({ name: "web-02" }) } });
    const image = await kakaocloudWith().update(ID, operations);
    expect(image).toMatchObject({ name: "web-02", kakaocloud: { projectId: PROJECT } });
    expect(network.calls[0]).toMatchObject({ method: "PUT", body: { image: changes } });
  });

  it.each<MetadataOperation>([
    { kind: "attribute", op: "update", name: "minDiskGb", from: 1, to: 2 },
    { kind: "property", op: "add", name: "a", to: "1" },
    { kind: "tag", op: "add", tag: "a" },
  ])("by %o is refused before anything is sent", async (operation) => {
    mockNetwork();
    const refusal = rejectionOf(kakaocloudWith().update(ID, [rename, operation]));
    expect(await refusal).toMatchObject({ code: "ERR_HTTP_FORBIDDEN", status: 403 });
  });

  it("says in its refusal where the mistake is", async () => {
    const detail = [{ loc: ["body", "image", "name"], msg: "string does not match pattern", type: "x" }];
    mockNetwork().expect(`PUT ${ONE}`, { status: 422, json: { detail } });
    expect(await rejectionOf(kakaocloudWith().update(ID, [rename]))).toMatchObject({
      code: "ERR_HTTP_STATUS",
      status: 422,
      message: `Update of image ${ID} failed: 422 name: string does not match pattern`,
    });
  });

  it("of a gone image is refused with 404", async () => {
    mockNetwork().expect(`PUT ${ONE}`, notFound);
    expect(await rejectionOf(kakaocloudWith().update(ID, [rename]))).toMatchObject({ status: 404 });
  });
});

describe("refusals", () => {
  it.each([
    [409, { error: { code: "Conflict", message: "Image is in use" } }, "409 Image is in use (Conflict)"],
    [429, { error: { code: "TooManyRequests", message: "slow down" } }, "429 slow down (TooManyRequests)"],
    [400, { error: { code: "BadRequest", message: null } }, "400 BadRequest"],
    [422, { detail: "nonsense" }, "422 nonsense"],
    [422, { detail: [{ msg: "one" }, { loc: ["query", "limit"] }] }, "422 one; query.limit: is wrong"],
    [500, "<html><h1>Internal</h1></html>", "500 Internal"],
  ])("of %i %j are told in words, with the request's id", async (status, json, words) => {
    mockNetwork().expect(`DELETE ${ONE}`, { status, json, headers: { "x-request-id": "req-1" } });
    const error = await rejectionOf(kakaocloudWith().delete(ID));
    expect(error).toMatchObject({
      message: `Deletion of image ${ID} failed: ${words} [req-1]`,
      requestId: "req-1",
    });
  });
});

describe("delete", () => {
  it("waits until the image is gone", async () => {
    const network = mockNetwork();
    network.expect(`DELETE ${ONE}`, { status: 204 });
    network.expect(`GET ${ONE}`, { json: { image: wireImage() } }, notFound);
    await kakaocloudWith().delete(ID);
    expect(network.calls.map(({ method }) => method)).toEqual(["DELETE", "GET", "GET"]);
  });

  it("does not wait for ever", async () => {
    const network = mockNetwork();
    network.expect(`DELETE ${ONE}`, { status: 204 });
    network.expect(`GET ${ONE}`, { json: { image: wireImage({ status: "error" }) } });
    expect(await rejectionOf(kakaocloudWith({ timeoutMs: 0 }).delete(ID))).toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      imageId: ID,
      status: "killed",
    });
  });

  it("ends its wait by an abort, with the signal's reason", async () => {
    const network = mockNetwork();
    const controller = new AbortController();
    const reason = new Error("enough");
    network.expect(`DELETE ${ONE}`, { status: 204 });
    network.expect(`GET ${ONE}`, () => {
      setImmediate(() => controller.abort(reason));
      return { json: { image: wireImage() } };
    });
    expect(await rejectionOf(kakaocloudWith().delete(ID, { signal: controller.signal }))).toBe(reason);
  });
});

describe("createFrom", () => {
  const source = { volumeId: VOLUME_ID };

  it.each([
    [undefined, "-"],
    ["", "-"],
    ["the golden image", "the golden image"],
  ])(
    "of a volume tells the description %j as %j, and returns the image as the image service has it",
    async (description, told) => {
      const network = mockNetwork();
      network.expect(MAKE, { status: 202, json: { image: { id: ID, name: NEW.name, status: "queued" } } });
      network.expect(`GET ${ONE}`, { json: { image: wireImage({ status: "queued" }) } });
      const image = await kakaocloudWith().createFrom.start({ ...NEW, description }, source);
      expect(image).toMatchObject({ id: ID, status: "queued", kakaocloud: { projectId: PROJECT } });
      expect(network.calls[0]?.body).toEqual({ image: { name: NEW.name, description: told } });
      expect(network.calls[0]?.headers).toMatchObject(HEADERS);
    },
  );

  it("waits until the image service knows the image", async () => {
    const network = mockNetwork();
    network.expect(MAKE, { status: 202, json: { image: wireImage({ status: "queued" }) } });
    network.expect(`GET ${ONE}`, notFound, { json: { image: wireImage({ status: "saving" }) } });
    expect(await kakaocloudWith().createFrom.start(NEW, source)).toMatchObject({ id: ID, status: "saving" });
  });

  it("tells the id whatever comes after the creation: somebody has to be able to delete it", async () => {
    const network = mockNetwork();
    const controller = new AbortController();
    network.expect(MAKE, { status: 202, json: { image: wireImage({ status: "queued" }) } });
    network.expect(`GET ${ONE}`, () => {
      controller.abort();
      return notFound;
    });
    const { signal } = controller;
    expect(await kakaocloudWith().createFrom.start(NEW, source, { signal })).toMatchObject({ id: ID });
  });

  it("is not repeated by itself: a lost answer may have made an image", async () => {
    const network = mockNetwork();
    network.expect(MAKE, { status: 503 });
    expect(await rejectionOf(kakaocloudWith().createFrom.start(NEW, source))).toMatchObject({
      code: "ERR_HTTP_UNAVAILABLE",
    });
    expect(network.calls).toHaveLength(1);
  });
});

describe("members", () => {
  const member = (id: string, isShared: boolean) => ({ id, image_id: ID, is_shared: isShared });

  it("are listed page by page, without those that were", async () => {
    const network = mockNetwork();
    const pagination = { total: 3, limit: 2 };
    network.expect(
      `GET ${MEMBERS}`,
      { json: { members: [member("a", true), member("b", false)], pagination } },
      { json: { members: [member("b", false), member("c", true)], pagination } },
    );
    expect(await kakaocloudWith({ pageSize: 2 }).members.list(ID)).toEqual(["a", "c"]);
    expect(network.calls.map(({ query }) => query.get("offset"))).toEqual(["0", "1"]);
  });

  it("are added without a body, and waited for", async () => {
    const network = mockNetwork();
    network.expect(`POST ${MEMBERS}/${OTHER}`, { json: { member: { id: OTHER, status: "pending" } } });
    network.expect(
      `GET ${MEMBERS}`,
      pageOf("members", member(OTHER, false)),
      pageOf("members", member(OTHER, true)),
    );
    await kakaocloudWith().members.add(ID, OTHER);
    expect(network.calls[0]?.body).toBeUndefined();
  });

  it("that are there already are no error, as any other conflict is", async () => {
    const network = mockNetwork();
    const conflict = { status: 409, json: { error: { code: "Conflict", message: "no" } } };
    network.expect(`POST ${MEMBERS}/${OTHER}`, conflict, conflict);
    const there = pageOf("members", member(OTHER, true));
    network.expect(`GET ${MEMBERS}`, there, there, pageOf("members"));
    await kakaocloudWith().members.add(ID, OTHER);
    expect(await rejectionOf(kakaocloudWith().members.add(ID, OTHER))).toMatchObject({ status: 409 });
  });

  it("are removed, and waited for", async () => {
    const network = mockNetwork();
    network.expect(`DELETE ${MEMBERS}/${OTHER}`, { status: 204 }, notFound);
    network.expect(
      `GET ${MEMBERS}`,
      pageOf("members", member(OTHER, true)),
      pageOf("members", member(OTHER, false)),
    );
    await kakaocloudWith().members.remove(ID, OTHER);
    await kakaocloudWith().members.remove(ID, OTHER);
  });

  it("are not waited for for ever", async () => {
    const network = mockNetwork();
    network.expect(`POST ${MEMBERS}/${OTHER}`, { json: {} });
    network.expect(`GET ${MEMBERS}`, pageOf("members"));
    expect(await rejectionOf(kakaocloudWith({ timeoutMs: 0 }).members.add(ID, OTHER))).toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      imageId: ID,
    });
  });
});
