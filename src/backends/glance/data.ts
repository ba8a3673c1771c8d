import { FormatError, TransferError } from "../../model/index.ts";
import type { CallOptions, ImageData, UploadOptions } from "../backend.ts";
import { type DataSent, getData, putData } from "../http/data.ts";
import { httpError } from "../http/errors.ts";
import type { TlsSettings } from "../http/tls.ts";
import type { Session } from "../keystone/session.ts";
import { refused } from "./requests.ts";
import type { GlanceUrls } from "./urls.ts";

/** How long a token must at least be good for when an upload begins. */
const UPLOAD_TOKEN_MS = 10 * 60_000;

/** What calls that move image data need. */
export interface DataContext {
  readonly session: Session;
  readonly urls: GlanceUrls;
  /** Default: Node's own settings. */
  readonly tls?: TlsSettings | undefined;
  /** For messages. */
  readonly region: string | undefined;
}

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
  { session, tls, region }: DataContext,
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
        ...headers,
      },
      data,
      tls,
      signal: options.signal,
    });
  const token = await session.token({ ...options, validForMs: UPLOAD_TOKEN_MS });
  let answer = await put(token.id);
  // Glance looks at the token before it asks for the body, so the data is still whole.
  if (answer.status === 401 && answer.sentBytes === undefined)
    answer = await put((await session.renew(token, options)).id);
  if (answer.status >= 200 && answer.status < 300) return;
  if (answer.status === 401) throw refused(answer);
  const refusal = httpError(answer, `${what}${placeOf(region)}`, offsetOf(answer, data));
  if (answer.status !== 415) throw refusal;
  throw new FormatError(
    `${refusal.message}: the cloud inspected the data and found it unsafe, or not of the disk format that the spec declares`,
    { code: "ERR_FORMAT_MISMATCH", cause: refusal },
  );
}

function placeOf(region: string | undefined): string {
  return region === undefined ? "" : ` (${region})`;
}

function offsetOf({ sentBytes }: DataSent, { sizeBytes }: ImageData): string {
  if (!sentBytes) return "";
  return sizeBytes === undefined ? ` at byte ${sentBytes}` : ` at byte ${sentBytes} of ${sizeBytes}`;
}

/** `GET /v2/images/{id}/file`: the data of an active image. */
export async function downloadData(
  { session, urls, tls, region }: DataContext,
  id: string,
  options: CallOptions = {},
): Promise<ImageData> {
  const get = (token: string) =>
    getData({
      url: urls.file(id),
      headers: { "x-auth-token": token, accept: "*/*" },
      tls,
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
