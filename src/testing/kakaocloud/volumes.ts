import { type FakeRequest, type FakeResponse, json, jsonOf, Refusal } from "../fake/wire.ts";
import { sessionOf } from "./iam.ts";
import type { Call, Cloud, StoredImage } from "./state.ts";
import { imageFields, uuidOf } from "./validation.ts";
import { imageView } from "./view.ts";

/** The volume service: it makes images. */
export async function volumes(cloud: Cloud, path: string, request: FakeRequest): Promise<FakeResponse> {
  const call = { cloud, project: sessionOf(cloud, request.headers.get("x-auth-token")).project };
  const [, id] = /^\/api\/v1\/volumes\/([^/]+)\/image$/.exec(path) ?? [];
  if (id === undefined) throw new Refusal(404, "There is nothing here.");
  if (request.method !== "POST") throw new Refusal(405);
  const image = newImage(call, uuidOf(id, "volume_id"), await jsonOf(request));
  cloud.images.set(image.id, image);
  return json(202, { image: imageView(image, cloud.settings) });
}

function newImage({ cloud, project }: Call, volumeId: string, body: unknown): StoredImage {
  const { name = "", description = "-" } = imageFields(body, ["name"]);
  const volume = cloud.volumes.get(volumeId);
  if (volume === undefined || volume.owner !== project.id)
    throw new Refusal(404, `Volume ${volumeId} could not be found`);
  const [outcome = "active", ...outcomes] = cloud.outcomes;
  cloud.outcomes = outcomes;
  cloud.sequence++;
  const now = cloud.nowMs();
  return {
    id: cloud.newId(),
    sequence: cloud.sequence,
    name,
    description,
    owner: project.id,
    volume,
    status: "queued",
    outcome,
    reads: 0,
    stateSinceMs: now,
    unknownReads: cloud.settings.readsUntilKnown,
    readsLeft: undefined,
    members: [],
    shown: { members: [], reads: 0 },
    createdAtMs: now,
    updatedAtMs: now,
  };
}
