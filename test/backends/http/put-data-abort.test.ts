import { getEventListeners } from "node:events";
import { expect, it } from "vitest";
import type { ImageData } from "../../../src/backends/backend.ts";
import { putData } from "../../../src/backends/http/data.ts";
import { chunksOf, endless, failingWith, stallingAfter } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { httpServer, rawServer } from "../../support/loopback.ts";

const reason = { why: "enough" };

it("an abort before the call sends nothing and touches nothing", async () => {
  const url = await httpServer(() => expect.unreachable());
  const data = { sizeBytes: 5, chunks: failingWith(new Error("the data was touched")) };
  expect(await rejectionOf(putData({ url, headers: {}, data, signal: AbortSignal.abort(reason) }))).toBe(
    reason,
  );
});

const hello = () => ({ sizeBytes: 5, chunks: chunksOf(Buffer.from("hello")) });

/** Each server calls `reached` when the upload has come to that point. */
it.each<[string, (reached: () => void) => Promise<string>, () => ImageData]>([
  ["while the connection is made", connecting, hello],
  ["while the server's agreement is waited for", silent, hello],
  ["while the body is on its way", reading, () => ({ sizeBytes: undefined, chunks: endless() })],
  ["while the server takes nothing", notReading, () => ({ sizeBytes: undefined, chunks: endless() })],
  ["while the source stalls", reading, () => ({ sizeBytes: 100, chunks: stallingAfter(Buffer.alloc(10)) })],
  ["while the answer is waited for", notAnswering, hello],
  ["while the answer is read", answeringHalf, hello],
])("an abort %s rejects with its own reason and leaves no listener", async (_when, start, data) => {
  const controller = new AbortController();
  const { signal } = controller;
  const url = await start(() => setTimeout(() => controller.abort(reason), 20));
  expect(await rejectionOf(putData({ url, headers: {}, data: data(), signal }))).toBe(reason);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("an upload that ends well leaves no listener", async () => {
  const { signal } = new AbortController();
  const url = await httpServer((request, response) => {
    request.resume().on("end", () => response.writeHead(204).end());
  });
  await putData({ url, headers: {}, data: hello(), signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

async function connecting(reached: () => void): Promise<string> {
  const url = await silent(() => undefined);
  reached();
  return url;
}

async function silent(reached: () => void): Promise<string> {
  return await rawServer((socket) => socket.once("data", reached));
}

async function reading(reached: () => void): Promise<string> {
  return await rawServer((socket) => {
    let seenBytes = 0;
    socket.on("data", (part) => {
      if (seenBytes === 0) {
        socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        reached();
      }
      seenBytes += part.length;
    });
  });
}

async function notReading(reached: () => void): Promise<string> {
  return await rawServer((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      socket.pause();
      reached();
    });
  });
}

async function notAnswering(reached: () => void): Promise<string> {
  return await httpServer((request) => request.resume().on("end", reached));
}

async function answeringHalf(reached: () => void): Promise<string> {
  return await httpServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(413, { "content-length": "100" }).write("quota");
      reached();
    });
  });
}
