import { describe, expect, it } from "vitest";
import { HttpError, ImageStateError, PlanError } from "../../../src/index.ts";
import { hasMoved } from "../../../src/reconcile/apply/moved.ts";
import { type Cloud, cloud } from "../support/cloud.ts";

const IMAGE_ID = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

const notFound = new HttpError("none", { code: "ERR_HTTP_NOT_FOUND", status: 404 });
const stale = new PlanError("moved", { planned: "1", observed: "2" });
const left = (status: "deleted" | "killed") =>
  new ImageStateError("failed", { code: "ERR_IMAGE_FAILED", imageId: IMAGE_ID, status });

/** Whether a plan has to be made again, in a cloud that is asked for the image, or isn't. */
async function answerOf(error: unknown, plan: { readonly imageId?: string }, get?: Cloud["get"]) {
  const asked: string[] = [];
  const backend: Cloud = {
    ...cloud(),
    async get(id, options) {
      asked.push(id);
      return get?.(id, options);
    },
  };
  return { hasMoved: await hasMoved({ backend, emit: () => {}, signal: undefined }, plan, error), asked };
}

describe("a plan is made again", () => {
  it.each([
    ["when the image isn't what it was made for", stale],
    ["when the image was deleted while its data was awaited", left("deleted")],
  ])("%s, and the cloud isn't asked", async (_when, error) => {
    expect(await answerOf(error, { imageId: IMAGE_ID })).toEqual({ hasMoved: true, asked: [] });
  });
  it("when something was not found, and it is the image", async () => {
    expect(await answerOf(notFound, { imageId: IMAGE_ID })).toEqual({ hasMoved: true, asked: [IMAGE_ID] });
  });
});

describe("a plan is not made again", () => {
  it.each<[string, unknown]>([
    ["for an error of anybody else's, whatever its code", { code: "ERR_HTTP_NOT_FOUND", status: "deleted" }],
    ["for an image that the cloud gave up", left("killed")],
    ["for a conflict", new HttpError("busy", { code: "ERR_HTTP_CONFLICT", status: 409 })],
  ])("%s, and the cloud isn't asked", async (_when, error) => {
    expect(await answerOf(error, { imageId: IMAGE_ID })).toEqual({ hasMoved: false, asked: [] });
  });
  it("when something was not found, and there was no image yet", async () => {
    expect(await answerOf(notFound, {})).toEqual({ hasMoved: false, asked: [] });
  });
  it("when something was not found, and the image is there: it is the source", async () => {
    const image = await cloud().create({ id: IMAGE_ID, name: "a" });
    const answer = await answerOf(notFound, { imageId: IMAGE_ID }, async () => image);
    expect(answer).toEqual({ hasMoved: false, asked: [IMAGE_ID] });
  });
  it("when something was not found, and nobody can tell what", async () => {
    const get = async () => {
      throw notFound;
    };
    const answer = await answerOf(notFound, { imageId: IMAGE_ID }, get);
    expect(answer).toEqual({ hasMoved: false, asked: [IMAGE_ID] });
  });
});
