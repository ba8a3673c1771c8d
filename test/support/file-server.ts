import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { httpServer } from "./loopback.ts";

/** What a server of one file does; all of it can be changed between requests. */
export interface FileServerState {
  data: Uint8Array;
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Whether parts can be asked for. Default: `true`. */
  ranges?: boolean;
  /** Whether it says how many bytes there are. Default: `true`. */
  tellsSize?: boolean;
  /** After how many bytes of the file, from its start, the connection is cut; once for each of them. */
  cuts?: number[];
  /** What it answers in place of the file. */
  refusesWith?: number | undefined;
  /** How long it waits between chunks, in milliseconds. */
  pauseMs?: number;
  /** Whether it never answers who asks for a part, from one byte to another. */
  isSilentAboutParts?: boolean;
  /** How many requests it answers at the same time, the others are 429. Default: all. */
  maxRequests?: number;
}

export interface FileServer {
  readonly url: string;
  readonly state: FileServerState;
  readonly requests: IncomingHttpHeaders[];
  /** The statuses that it answered. */
  readonly statuses: number[];
  /** How many bytes of the file it sent in all. */
  sentBytes(): number;
  /** How many parts, from one byte to another, it sent at the same time, at most. */
  peakParts(): number;
  /** Every connection that a request came over. */
  readonly sockets: ReadonlySet<Socket>;
}

/** A server of one file that knows conditions and ranges (RFC 9110, sections 13 and 14), for one test. */
export async function fileServer(state: FileServerState, path = "/image"): Promise<FileServer> {
  const requests: IncomingHttpHeaders[] = [];
  const statuses: number[] = [];
  const sockets = new Set<Socket>();
  let sent = 0;
  let current = 0;
  let parts = 0;
  let peakParts = 0;
  const origin = await httpServer((request, response) => {
    requests.push(request.headers);
    sockets.add(request.socket);
    current++;
    response.once("close", () => current--);
    if (isPart(request.headers.range)) {
      peakParts = Math.max(peakParts, ++parts);
      response.once("close", () => parts--);
    }
    answer(request, response).catch(() => response.destroy());
  });

  async function answer({ headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { data, etag, lastModified, ranges = true, tellsSize = true, refusesWith } = state;
    const about = {
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { "last-modified": lastModified }),
      ...(ranges ? { "accept-ranges": "bytes" } : {}),
    };
    const head = (status: number, more: Record<string, string | number> = {}) => {
      statuses.push(status);
      response.writeHead(status, { ...about, ...more });
    };
    const refusal = current > (state.maxRequests ?? current) ? 429 : refusesWith;
    if (state.isSilentAboutParts === true && isPart(headers.range)) return;
    if (refusal !== undefined) {
      head(refusal);
      response.end();
      return;
    }
    const unchanged =
      headers["if-none-match"] === undefined
        ? lastModified !== undefined && headers["if-modified-since"] === lastModified
        : headers["if-none-match"] === etag;
    if (unchanged) {
      head(304);
      response.end();
      return;
    }
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
    const condition = headers["if-range"];
    const still = condition === undefined || condition === etag || condition === lastModified;
    const start = ranges && first !== undefined && still ? Number(first) : undefined;
    if (start !== undefined && start >= data.length) {
      head(416, { "content-range": `bytes */${data.length}` });
      response.end();
      return;
    }
    const from = start ?? 0;
    const to = start !== undefined && last ? Math.min(Number(last) + 1, data.length) : data.length;
    const length = tellsSize ? { "content-length": to - from } : {};
    if (start === undefined) head(200, length);
    else head(206, { ...length, "content-range": `bytes ${from}-${to - 1}/${data.length}` });
    await send(response, from, to);
  }

  async function send(response: ServerResponse, from: number, to: number): Promise<void> {
    const { data, cuts = [], pauseMs = 0 } = state;
    const cut = cuts.find((each) => each >= from && each < to);
    const end = cut ?? to;
    const closed = once(response, "close");
    for (let offset = from; offset < end; offset += 65_536) {
      const chunk = data.subarray(offset, Math.min(offset + 65_536, end));
      const isLast = cut === undefined && offset + 65_536 >= end;
      const written = new Promise<void>((resolve) => {
        // The end has to come with the last bytes: the client is done with them.
        if (isLast) response.end(chunk, () => resolve());
        else response.write(chunk, () => resolve());
      });
      // A write to a connection that is gone may never be called back.
      await Promise.race([written, closed]);
      if (response.destroyed && !response.writableFinished) return;
      sent += chunk.length;
      if (pauseMs > 0 && offset + 65_536 < end) await sleep(pauseMs);
    }
    if (cut === undefined) {
      response.end();
      return;
    }
    cuts.splice(cuts.indexOf(cut), 1);
    response.destroy();
  }

  return {
    url: `${origin}${path}`,
    state,
    requests,
    statuses,
    sentBytes: () => sent,
    peakParts: () => peakParts,
    sockets,
  };
}

function isPart(range = ""): boolean {
  return /-\d+$/.test(range);
}
