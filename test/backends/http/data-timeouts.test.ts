import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { getData, putData } from "../../../src/backends/http/data.ts";
import { chunksOf, collect } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { httpServer, rawServer } from "../../support/loopback.ts";

const MIB = 1024 * 1024;

describe("an upload", () => {
  it("of which the server takes no more is ERR_TIMEOUT that says after how many bytes", async () => {
    const { url, sockets } = await silentServer("HTTP/1.1 100 Continue\r\n\r\n");
    const { signal } = new AbortController();
    const data = { sizeBytes: 64 * MIB, chunks: zeros(64) };
    const error = await rejectionOf(
      putData({ url: `${url}/a?token=secret`, headers: {}, data, signal, transport: { idleTimeoutMs: 200 } }),
    );
    expect(error).toMatchObject({
      code: "ERR_TIMEOUT",
      phase: "upload",
      retryable: true,
      offset: expect.any(Number),
      message: expect.stringMatching(
        /^PUT http:\S+\/a\?token=…: the server took no byte after \d+ of 67108864 for 200 ms$/,
      ),
    });
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await expectClosed(sockets);
  });

  it("that is whole, and gets no answer, has a time of its own", async () => {
    const { url } = await silentServer("HTTP/1.1 100 Continue\r\n\r\n");
    const data = { sizeBytes: 4, chunks: chunksOf(Buffer.from("data")) };
    const transport = { idleTimeoutMs: 60_000, answerTimeoutMs: 100 };
    expect(await rejectionOf(putData({ url, headers: {}, data, transport }))).toMatchObject({
      code: "ERR_TIMEOUT",
      phase: "upload",
      offset: 4,
      message: expect.stringContaining("the server gave no answer to all 4 bytes for 100 ms"),
    });
  });

  it("whose answer comes late is no error: the idle time is for the bytes", async () => {
    const url = await httpServer((request, response) => {
      request.resume().on("end", () => setTimeout(() => response.writeHead(204).end(), 300));
    });
    const data = { sizeBytes: 4, chunks: chunksOf(Buffer.from("data")) };
    expect(await putData({ url, headers: {}, data, transport: { idleTimeoutMs: 50 } })).toMatchObject({
      status: 204,
    });
  });

  it("from a source that is slow is no error", async () => {
    const url = await httpServer((request, response) => {
      request.resume().on("end", () => response.writeHead(204).end());
    });
    async function* chunks() {
      yield Buffer.from("da");
      await delay(300);
      yield Buffer.from("ta");
    }
    const data = { sizeBytes: undefined, chunks: chunks() };
    expect(await putData({ url, headers: {}, data, transport: { idleTimeoutMs: 50 } })).toMatchObject({
      status: 204,
      sentBytes: 4,
    });
  });

  it("of one huge chunk is written in parts, each with a time of its own, and the chunk is given back once", async () => {
    const sizes: number[] = [];
    const url = await rawServer((socket) => {
      let text = "";
      socket.on("data", (part) => {
        text += part.toString("latin1");
        if (text.includes("Expect") || text.includes("expect")) {
          text = "";
          socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (!text.endsWith("\r\n0\r\n\r\n")) return;
        for (const [, size = ""] of text.matchAll(/(?:^|\r\n)([0-9a-f]+)\r\n/g))
          sizes.push(parseInt(size, 16));
        socket.end("HTTP/1.1 204 No Content\r\n\r\n");
      });
    });
    const released: number[] = [];
    const data = {
      sizeBytes: undefined,
      chunks: chunksOf(Buffer.alloc(2 * MIB + 5, "x")),
      release: (chunk: Uint8Array) => void released.push(chunk.length),
    };
    expect(await putData({ url, headers: {}, data })).toMatchObject({ status: 204, sentBytes: 2 * MIB + 5 });
    expect(sizes).toEqual([MIB, MIB, 5, 0]);
    expect(released).toEqual([2 * MIB + 5]);
  });
});

describe("a download", () => {
  it("of which nothing more comes is ERR_TIMEOUT that says after how many bytes", async () => {
    const { url, sockets } = await silentServer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    const { signal } = new AbortController();
    const answer = await getData({ url, headers: {}, signal, transport: { idleTimeoutMs: 100 } });
    if (answer.kind !== "data") throw new Error("It was refused");
    expect(await rejectionOf(collect(answer.chunks))).toMatchObject({
      code: "ERR_TIMEOUT",
      phase: "download",
      retryable: true,
      offset: 4,
      message: expect.stringMatching(/the server sent nothing for 100 ms after byte 4 of 9$/),
    });
    expect(getEventListeners(signal, "abort")).toEqual([]);
    await expectClosed(sockets);
  });

  it("that isn't answered is ERR_TIMEOUT", async () => {
    const { url, sockets } = await silentServer("");
    const call = getData({ url, headers: {}, transport: { idleTimeoutMs: 100 } });
    expect(await rejectionOf(call)).toMatchObject({ code: "ERR_TIMEOUT", phase: "download", offset: 0 });
    await expectClosed(sockets);
  });

  it("by a reader that is slow is no error", async () => {
    const url = await httpServer((_request, response) => {
      response.write("da");
      setTimeout(() => response.end("ta"), 20);
    });
    const slow = await getData({ url, headers: {}, transport: { idleTimeoutMs: 100 } });
    if (slow.kind !== "data") throw new Error("It was refused");
    await delay(300);
    expect((await collect(slow.chunks)).toString()).toBe("data");
  });
});

/** A server that says these words to whoever asks, and reads nothing more. */
async function silentServer(words: string) {
  const sockets: Socket[] = [];
  const url = await rawServer((socket) => {
    sockets.push(socket);
    socket.once("data", () => {
      socket.pause();
      socket.write(words);
    });
  });
  return { url, sockets };
}

/** A socket that nobody reads doesn't hear that the other side is gone. */
async function expectClosed(sockets: readonly Socket[]): Promise<void> {
  for (const socket of sockets) socket.resume();
  await vi.waitFor(() => expect(sockets.every(({ destroyed }) => destroyed)).toBe(true));
}

async function* zeros(count: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(MIB);
  for (let index = 0; index < count; index++) yield chunk;
}
