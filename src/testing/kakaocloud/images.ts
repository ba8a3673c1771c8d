import { type FakeRequest, type FakeResponse, json, jsonOf, NO_CONTENT, Refusal } from "../fake/wire.ts";
import { sessionOf } from "./iam.ts";
import { listImages } from "./list.ts";
import { addMember, listMembers, removeMember } from "./members.ts";
import { ownImage, readImage } from "./progress.ts";
import type { Call, Cloud } from "./state.ts";
import { imageFields, uuidOf } from "./validation.ts";
import { imageView, readView } from "./view.ts";

/** The image service: all but the creation of images. */
export async function images(cloud: Cloud, path: string, request: FakeRequest): Promise<FakeResponse> {
  const call = { cloud, project: sessionOf(cloud, request.headers.get("x-auth-token")).project };
  const [, imageId, below, project] =
    /^\/api\/v1\/images(?:\/([^/]+)(?:\/(members)(?:\/([^/]+))?)?)?$/.exec(path) ?? [];
  if (!path.startsWith("/api/v1/images")) throw new Refusal(404, "There is nothing here.");
  const { method } = request;
  if (imageId === undefined) {
    if (path !== "/api/v1/images") throw new Refusal(404, "There is nothing here.");
    if (method === "GET") return listImages(call, request);
    throw new Refusal(405);
  }
  const id = uuidOf(imageId, "image_id");
  if (below === undefined) return one(call, id, request);
  if (project === undefined && method === "GET") return listMembers(call, id, request);
  if (project !== undefined && method === "POST") return addMember(call, id, project);
  if (project !== undefined && method === "DELETE") return removeMember(call, id, project);
  throw new Refusal(405);
}

async function one(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  switch (request.method) {
    case "GET":
      return json(200, { image: readView(readImage(call, id), call) });
    case "PUT": {
      const changes = imageFields(await jsonOf(request), []);
      const image = { ...ownImage(call, id), ...changes, updatedAtMs: call.cloud.nowMs() };
      call.cloud.images.set(id, image);
      return json(200, { image: imageView(image, call.cloud.settings) });
    }
    case "DELETE": {
      const image = ownImage(call, id);
      const { readsUntilGone } = call.cloud.settings;
      call.cloud.images.set(id, { ...image, readsLeft: image.readsLeft ?? readsUntilGone });
      return NO_CONTENT;
    }
    default:
      throw new Refusal(405);
  }
}
