import { FormatError, type HttpError, TransferError } from "../../model/index.ts";
import type { CallOptions, DownloadOptions, ImageData, UploadOptions } from "../backend.ts";
import { type DataSent, type DataTransport, getData, putData } from "../http/data.ts";
import { explained, httpError } from "../http/errors.ts";
import { refused } from "../keystone/authorized-client.ts";
import type { Session } from "../keystone/session.ts";
import type { GlanceUrls } from "./urls.ts";

/** How long a token must at least be good for when an upload begins. */
const UPLOAD_TOKEN_MS = 10 * 60_000;

/** What calls that move image data need. */
export interface DataContext {
  readonly session: Session;
  readonly urls: GlanceUrls;
  readonly transport?: DataTransport | undefined;
  /** For messages. */
  readonly region: string | undefined;
  /** Headers of requests that bring data, by the vendor's wish. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The error that a refusal means. Default: by its status. */
  readonly refusal?: typeof httpError | undefined;
  /** What a 413 means. Default: what it means on any Glance. */
  readonly tooLarge?: string | undefined;
}

const TOO_LARGE =
  "the data is more than the cloud takes in one image, than the project's quota leaves, or than there is room for";

/** `PUT /v2/images/{id}/file`: the data of a queued image. */
export async function uploadData(
  context: DataContext,
  id: string,
  data: ImageData,
  { store, ...options }: UploadOptions = {},
): Promise<void> {
  const headers = store === undefined ? {} : { "x-image-meta-store": store };
  await putImage(
    context,
    { url: context.urls.file(id), headers, what: `Upload of image ${id}` },
    data,
    options,
  );
}

/** `PUT /v2/images/{id}/stage`: the data of a queued image, which an import takes from there. */
export async function stageData(
  context: DataContext,
  id: string,
  data: ImageData,
  options: CallOptions = {},
): Promise<void> {
  const request = { url: context.urls.stage(id), headers: {}, what: `Staging of image ${id}` };
  await putImage(context, request, data, options);
}

interface PutRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** For messages. */
  readonly what: string;
}

async function putImage(
  {
    session,
    transport,
    region,
    headers: vendorHeaders,
    refusal: errorOf = httpError,
    tooLarge = TOO_LARGE,
  }: DataContext,
  { url, headers, what }: PutRequest,
  data: ImageData,
  options: CallOptions,
): Promise<void> {
  const put = (token: string) =>
    putData({
      url,
      headers: {
        "x-auth-token": token,
        "content-type": "application/octet-stream",
        accept: "application/json",
        // Glance 2025.2 and later checks it; earlier ones pass over it.
        ...(data.sizeBytes === undefined ? {} : { "x-openstack-image-size": String(data.sizeBytes) }),
        ...vendorHeaders,
        ...headers,
      },
      data,
      transport,
      signal: options.signal,
    });
  const token = await session.token({ ...options, validForMs: UPLOAD_TOKEN_MS });
  let answer = await put(token.id);
  // Glance looks at the token before it asks for the body, so the data is still whole.
  if (answer.status === 401 && answer.sentBytes === undefined)
    answer = await put((await session.renew(token, options)).id);
  if (answer.status >= 200 && answer.status < 300) return;
  if (answer.status === 401) throw refused(answer);
  const refusal = errorOf(answer, `${what}${placeOf(region)}`, offsetOf(answer, data));
  if (answer.status !== 415) throw explainedUpload(refusal, tooLarge);
  throw new FormatError(
    `${refusal.message}: the cloud inspected the data and found it unsafe, or not of the disk format that the spec declares (qemu-img info shows what it is)`,
    { code: "ERR_FORMAT_MISMATCH", cause: refusal },
  );
}

/** What a refused upload means, where Glance's own words leave that open. */
function explainedUpload(refusal: HttpError, tooLarge: string): HttpError {
  switch (refusal.status) {
    case 410:
      return explained(refusal, "the image was deleted, or got its data from somebody else, meanwhile");
    case 413:
      return explained(refusal, tooLarge);
    case 503:
      return explained(refusal, "the cloud's store takes no data at the moment");
    default:
      return refusal;
  }
}

function placeOf(region: string | undefined): string {
  return region === undefined ? "" : ` (${region})`;
}

function offsetOf({ sentBytes }: DataSent, { sizeBytes }: ImageData): string {
  if (!sentBytes) return "";
  return sizeBytes === undefined ? ` at byte ${sentBytes}` : ` at byte ${sentBytes} of ${sizeBytes}`;
}

/**
 * `GET /v2/images/{id}/file`: the data of an active image. Glance answers a range with 206, though it doesn't advertise
 * it; caches in front of it may answer with all.
 */
export async function downloadData(
  { session, urls, transport, region }: DataContext,
  id: string,
  { startByte = 0, ...options }: DownloadOptions = {},
): Promise<ImageData> {
  const range = startByte === 0 ? {} : { range: `bytes=${startByte}-` };
  const get = (token: string) =>
    getData({
      url: urls.file(id),
      headers: { "x-auth-token": token, accept: "*/*", ...range },
      transport,
      signal: options.signal,
    });
  const token = await session.token(options);
  let answer = await get(token.id);
  if (answer.kind === "refusal" && answer.status === 401)
    answer = await get((await session.renew(token, options)).id);
  if (answer.kind === "data") return answer;
  if (answer.status === 204) {
    // Glance answers so for an image without data.
    throw new TransferError(`Image ${id} has no data`, { code: "ERR_TRANSFER_INCOMPLETE", offset: 0 });
  }
  if (answer.status === 401) throw refused(answer);
  throw httpError(answer, `Download of image ${id}${placeOf(region)}`);
}
