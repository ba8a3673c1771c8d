import { createHash } from "node:crypto";
import { type FakeRequest, type FakeResponse, NO_CONTENT, Refusal } from "../fake/wire.ts";
import { ownImage, visibleImage } from "./access.ts";
import { type Call, type Cloud, type StoredImage, save } from "./state.ts";

/** `PUT /v2/images/{id}/file`. The image as it was before is what is kept: changes meanwhile are lost, as in Glance. */
export async function uploadData(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud } = call;
  checkType(request);
  const store = storeOf(cloud, request);
  const image = ownImage(call, id);
  if (image.status !== "queued") throw transition(image, "saving");
  checkFormats(image);
  save(cloud, { ...image, status: "saving" });
  const data = await received(cloud, image, request);
  if (cloud.images.get(id)?.status !== "saving")
    throw new Refusal(
      410,
      `Image ${id} could not be found after upload. The image may have been deleted during the upload, cleaning up the chunks uploaded.`,
    );
  save(cloud, withData(cloud, image, data, [store]));
  return NO_CONTENT;
}

/** `PUT /v2/images/{id}/stage`. */
export async function stageData(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud } = call;
  checkType(request);
  const image = ownImage(call, id);
  if (image.status !== "queued") throw transition(image, "uploading");
  const staging = save(cloud, { ...image, status: "uploading" });
  const staged = await received(cloud, image, request);
  if (cloud.images.get(id)?.status !== "uploading") throw new Refusal(404, `No image found with ID ${id}`);
  save(cloud, { ...staging, staged, size: staged.length });
  return NO_CONTENT;
}

/** `GET /v2/images/{id}/file`: 204 where there is no data. */
export function downloadData(call: Call, id: string, request: FakeRequest): FakeResponse {
  const image = visibleImage(call, id);
  if (image.status === "deactivated" && call.user.role !== "admin")
    throw new Refusal(403, "The requested image has been deactivated. Image data download is forbidden.");
  const { data, size } = image;
  const range = rangeOf(request.headers.get("range"), size);
  if (data === undefined) return NO_CONTENT;
  const headers = {
    "content-type": "application/octet-stream",
    ...(image.checksum === null ? {} : { "content-md5": image.checksum }),
  };
  if (range === undefined)
    return { status: 200, headers: { ...headers, "content-length": String(data.length) }, body: data };
  const [start, end] = range;
  return {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(end - start),
      "content-range": `bytes ${start}-${end - 1}/${data.length}`,
    },
    body: data.subarray(start, end),
  };
}

/** What an image becomes when its data is there. */
export function withData(
  { settings }: Cloud,
  image: StoredImage,
  data: Uint8Array,
  stores: readonly string[],
): StoredImage {
  const filled = { ...image, stores };
  const added = Object.entries(settings.vendor.addsProperties?.(filled) ?? {});
  return {
    ...filled,
    properties: new Map([...added, ...image.properties]),
    status: "active",
    data,
    staged: undefined,
    size: data.length,
    virtual_size: virtualSize(image.disk_format, data),
    checksum: createHash("md5").update(data).digest("hex"),
    os_hash_algo: settings.hashAlgorithm,
    os_hash_value: createHash(settings.hashAlgorithm).update(data).digest("hex"),
  };
}

function checkFormats({ disk_format, container_format }: StoredImage): void {
  if (disk_format === null || container_format === null)
    throw new Refusal(400, "Properties disk_format, container_format must be set prior to saving data.");
}

/** Which store is asked for. */
function storeOf({ settings: { stores, vendor } }: Cloud, { headers }: FakeRequest): string {
  const [first = vendor.defaultStore ?? "file"] = stores;
  const store = headers.get("x-image-meta-store") ?? first;
  if (stores.length > 0 && !stores.includes(store))
    throw new Refusal(400, `Unknown scheme '${store}' found in URI`);
  return store;
}

async function received(cloud: Cloud, image: StoredImage, { body }: FakeRequest): Promise<Uint8Array> {
  try {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      if (sizeBytes > cloud.settings.imageSizeCapBytes)
        throw new Refusal(413, "The incoming image is too large");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    const current = cloud.images.get(image.id)?.status;
    if (current === "saving" || current === "uploading")
      save(cloud, { ...image, status: "queued", size: null });
    throw error;
  }
}

function checkType({ headers }: FakeRequest): void {
  const type = headers.get("content-type")?.split(";")[0]?.trim();
  if (type !== "application/octet-stream") throw new Refusal(415, "Invalid content type");
}

function transition({ status }: StoredImage, to: string): Refusal {
  return new Refusal(409, `Image status transition from ${status} to ${to} is not allowed`);
}

function virtualSize(format: string | null, data: Uint8Array): number | null {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (format === "raw") return buffer.length === 0 ? null : buffer.length;
  if (format === "iso") return buffer.toString("latin1", 0x8001, 0x8006) === "CD001" ? buffer.length : null;
  const isQcow2 = format === "qcow2" && buffer.length >= 104 && buffer.readUInt32BE(0) === 0x514649fb;
  return isQcow2 ? Number(buffer.readBigUInt64BE(24)) : null;
}

/** From here to before there; `undefined` for all of it. */
function rangeOf(
  header: string | null,
  sizeBytes: number | null,
): readonly [start: number, end: number] | undefined {
  if (header === null) return undefined;
  if (header.includes(","))
    throw new Refusal(400, "Requests with multiple ranges are not supported in Glance.");
  const [, from = "", to = ""] = /^bytes *= *(\d*) *- *(\d*)/i.exec(header) ?? [];
  const isBackwards = from !== "" && to !== "" && Number(from) > Number(to);
  if ((from === "" && to === "") || isBackwards) throw new Refusal(416, "Invalid Range header.");
  // Glance compares it with the size that isn't there.
  if (sizeBytes === null) throw new Refusal(500);
  if (from === "") return [Math.max(0, sizeBytes - Number(to)), sizeBytes];
  const start = Number(from);
  if (start >= sizeBytes) throw new Refusal(416, "Invalid start position in Range header.");
  return [start, to === "" ? sizeBytes : Math.min(sizeBytes, Number(to) + 1)];
}
