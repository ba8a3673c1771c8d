import { type FakeRequest, type FakeResponse, NO_CONTENT, Refusal } from "../fake/wire.ts";
import { ownImage } from "./images.ts";
import { nextFailure } from "./jobs.ts";
import { ImsRefusal, unauthenticated } from "./refusals.ts";
import { type Call, save } from "./state.ts";

/** `PUT /v2/images/{id}/file`: the image is `saving` until it has been read often enough. */
export async function uploadData(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud } = call;
  if (call.isSigned) throw unauthenticated("image data is uploaded with a token");
  if (request.headers.get("content-type")?.split(";")[0] !== "application/octet-stream")
    throw new Refusal(415, "Image data is application/octet-stream.");
  const image = ownImage(call, id, 404);
  if (image.status !== "queued")
    throw new ImsRefusal("IMG.0046", `The image is ${image.status}, not queued.`, 409);
  save(cloud, { ...image, status: "saving" });
  const data = await received(request).catch((error: unknown) => {
    // Only what is still this upload's: the image may have been deleted meanwhile.
    const current = cloud.images.get(id);
    if (current?.status === "saving") save(cloud, { ...current, status: "queued" });
    throw error;
  });
  const current = cloud.images.get(id);
  if (current?.status !== "saving" || current.pending !== undefined)
    throw new ImsRefusal("IMG.0144", `The image ${id} does not exist.`, 410);
  if (data.length === 0) {
    save(cloud, { ...current, status: "queued" });
    throw new ImsRefusal("IMG.0057", "The image file is empty.");
  }
  if (nextFailure(cloud) !== undefined) save(cloud, { ...current, status: "killed" });
  else save(cloud, { ...current, data, pending: { to: "active", sinceMs: cloud.nowMs(), reads: 0 } });
  return NO_CONTENT;
}

async function received({ body }: FakeRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
