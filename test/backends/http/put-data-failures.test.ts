import { describe, expect, it } from "vitest";
import { putData } from "../../../src/backends/http/data.ts";
import { chunksOf, endless, failingWith, stallingAfter } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { closedPort, httpServer, rawServer } from "../../support/loopback.ts";

const SIZE = 64 * 1024 * 1024;

describe("a connection that fails", () => {
  const UPLOAD = { name: "NetworkError", code: "ERR_NETWORK", phase: "upload", retryable: true };

  it("before it stands is ERR_NETWORK", async () => {
    const url = `${await closedPort()}/v2/images/1/file`;
    const chunks = failingWith(new Error("the data was touched"));
    const error = await rejectionOf(putData({ url, headers: {}, data: { sizeBytes: 5, chunks } }));
    expect(error).toMatchObject({
      ...UPLOAD,
      message: expect.stringContaining(`PUT ${url} failed: connect ECONNREFUSED`),
      cause: { code: "ECONNREFUSED" },
    });
  });

  it.each([
    ["Content-Length", SIZE],
    ["chunks", undefined],
  ])("in the middle of the body is ERR_NETWORK, with %s", async (_how, sizeBytes) => {
    const url = await dyingServer(1_000_000);
    const error = await rejectionOf(putData({ url, headers: {}, data: { sizeBytes, chunks: endless() } }));
    expect(error).toMatchObject(UPLOAD);
  });

  it("in the middle of the body by a reset is ERR_NETWORK", async () => {
    const url = await dyingServer(1_000_000, true);
    const error = await rejectionOf(
      putData({ url, headers: {}, data: { sizeBytes: SIZE, chunks: endless() } }),
    );
    expect(error).toMatchObject(UPLOAD);
  });

  it("while the source stalls is ERR_NETWORK", async () => {
    const url = await dyingServer(500);
    const chunks = stallingAfter(Buffer.alloc(1000));
    const error = await rejectionOf(putData({ url, headers: {}, data: { sizeBytes: SIZE, chunks } }));
    expect(error).toMatchObject(UPLOAD);
  });

  it("after the whole body, without an answer, is ERR_NETWORK", async () => {
    const url = await httpServer((request) => {
      request.resume().on("end", () => request.socket.destroy());
    });
    const chunks = chunksOf(Buffer.from("hello"));
    const error = await rejectionOf(putData({ url, headers: {}, data: { sizeBytes: 5, chunks } }));
    expect(error).toMatchObject(UPLOAD);
  });

  it("because the server speaks something else is ERR_NETWORK", async () => {
    const url = await rawServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    const error = await rejectionOf(putData({ url, headers: {}, data: { sizeBytes: 5, chunks: endless() } }));
    expect(error).toMatchObject(UPLOAD);
  });
});

describe.each([
  ["Content-Length", SIZE],
  ["chunks", undefined],
])("a source that fails, sent with %s,", (_how, sizeBytes) => {
  it.each<[string, () => AsyncIterable<Uint8Array>, unknown]>([
    ["at once", () => failingWith(FAILURE), new Error("source")],
    [
      "after some chunks",
      () => failingWith(FAILURE, Buffer.alloc(65_536), Buffer.alloc(65_536)),
      new Error("source"),
    ],
    ["when it is opened", unopenable, new Error("source")],
  ])(
    "%s, fails the call with that very error, and no server takes what was sent for a body",
    async (_when, chunks) => {
      const { url, seen } = await watchingServer();
      const error = await rejectionOf(putData({ url, headers: {}, data: { sizeBytes, chunks: chunks() } }));
      expect(error).toBe(FAILURE);
      expect(await seen).toBe("cut");
    },
  );
});

it.each([
  ["more", 4],
  ["fewer", 6],
])(
  "data of %s bytes than was said is ERR_SIZE_MISMATCH, and no server takes it for a body",
  async (_how, sizeBytes) => {
    const { url, seen } = await watchingServer();
    const chunks = chunksOf(Buffer.from("he"), Buffer.from("llo"));
    expect(await rejectionOf(putData({ url, headers: {}, data: { sizeBytes, chunks } }))).toMatchObject({
      name: "TransferError",
      code: "ERR_SIZE_MISMATCH",
      expected: sizeBytes,
      actual: 5,
    });
    expect(await seen).toBe("cut");
  },
);

it("a source may fail with anything", async () => {
  const { url } = await watchingServer();
  const data = { sizeBytes: undefined, chunks: failingWith("text", Buffer.alloc(10)) };
  expect(await rejectionOf(putData({ url, headers: {}, data }))).toBe("text");
});

it("a source's failure isn't taken for the connection's", async () => {
  const { url } = await watchingServer();
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  const data = { sizeBytes: undefined, chunks: failingWith(reset, Buffer.alloc(10)) };
  expect(await rejectionOf(putData({ url, headers: {}, data }))).toBe(reset);
});

const FAILURE = new Error("source");

function unopenable(): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      throw FAILURE;
    },
  };
}

async function dyingServer(afterBytes: number, byReset = false): Promise<string> {
  return await rawServer((socket) => {
    let seenBytes = 0;
    socket.on("data", (part) => {
      if (seenBytes === 0) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      seenBytes += part.length;
      if (seenBytes < afterBytes) return;
      if (byReset) socket.resetAndDestroy();
      else socket.destroy();
    });
  });
}

async function watchingServer(): Promise<{ url: string; seen: Promise<"whole" | "cut"> }> {
  const seen = Promise.withResolvers<"whole" | "cut">();
  const url = await httpServer((request, response) => {
    request.resume();
    request.on("end", () => {
      seen.resolve("whole");
      response.writeHead(204).end();
    });
    request.on("error", () => seen.resolve("cut"));
  });
  return { url, seen: seen.promise };
}
