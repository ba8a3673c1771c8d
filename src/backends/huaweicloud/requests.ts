import type { Image } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import type { Connection } from "./connection.ts";
import { imsError } from "./errors.ts";
import { imageFromWire } from "./mapping.ts";
import { MAX_PAGE_SIZE } from "./options.ts";
import { type ImsUrls, imsUrls } from "./urls.ts";
import { type WireImage, WirePage } from "./wire.ts";

/** How much, and for how long. */
export interface Limits {
  /** How many images a listing asks for at a time. */
  readonly pageSize: number;
  /** How long the cloud may take, in milliseconds, to do what a job is for. */
  readonly jobTimeoutMs: number;
  /** The same, to forget a deleted image. */
  readonly deletionTimeoutMs: number;
  /** The same, to list an image that a job has made. */
  readonly listLagMs: number;
}

/** Some of the {@link Limits}. */
export type LimitOptions = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** What the calls of a backend have in common. */
export interface Calls extends Limits {
  readonly connection: Connection;
  readonly urls: ImsUrls;
}

/** The times are those of Terraform's provider: copies take longest. */
const LIMITS: Limits = {
  pageSize: MAX_PAGE_SIZE,
  jobTimeoutMs: 60 * 60_000,
  deletionTimeoutMs: 10 * 60_000,
  listLagMs: 30_000,
};

/** @param limits - In place of the usual ones; `undefined` leaves one as it is. */
export function callsOf(
  connection: Connection,
  { pageSize, jobTimeoutMs, deletionTimeoutMs, listLagMs }: LimitOptions = {},
): Calls {
  const limits = {
    pageSize: pageSize ?? LIMITS.pageSize,
    jobTimeoutMs: jobTimeoutMs ?? LIMITS.jobTimeoutMs,
    deletionTimeoutMs: deletionTimeoutMs ?? LIMITS.deletionTimeoutMs,
    listLagMs: listLagMs ?? LIMITS.listLagMs,
  };
  return { ...limits, connection, urls: imsUrls(connection.endpoints.ims, connection.projectId) };
}

/** An image as it is on the wire; `undefined` when it is gone: the list is empty then, with 200. */
export async function readWire(
  { connection, urls }: Calls,
  id: string,
  what: string,
  options?: CallOptions,
): Promise<WireImage | undefined> {
  const url = `${urls.cloudImages}?${new URLSearchParams({ id: id.toLowerCase() })}`;
  const answer = await connection.client({ method: "GET", url }, options);
  if (answer.status === 200)
    return readBody(answer, WirePage, what).images.find((image) => image.id === id.toLowerCase());
  const refusal = imsError(answer, what);
  if (refusal.status === 404) return undefined;
  throw refusal;
}

/** An image. */
export function toImage({ connection: { region, projectId } }: Calls, wire: WireImage): Image {
  return imageFromWire(wire, { region, projectId });
}
