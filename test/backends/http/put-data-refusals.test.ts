import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { putData } from "../../../src/backends/http/data.ts";
import { endless, stallingAfter } from "../../support/bytes.ts";
import { rawServer } from "../../support/loopback.ts";
import { type Farewell, refusingServer } from "../../support/refusing-server.ts";

const REPETITIONS = 50;
const SIZE = 64 * 1024 * 1024;
const QUOTA = '{"message":"quota exceeded"}';

afterEach(() => {
  vi.useRealTimers();
});

const farewells: readonly Farewell[] = [
  "stays",
  "closes when its words are out",
  "closes at once",
  "ends",
  "resets",
];

describe.each(farewells)(
  "a server that refuses in the middle of the body, and then %s",
  (farewell) => {
    it.each([
      ["Content-Length", SIZE, 413],
      ["chunks", undefined, 403],
    ])(`is heard, every time, with %s`, async (_how, sizeBytes, status) => {
      const url = await refusingServer({ farewell, afterBytes: 1_000_000, status, body: QUOTA });
      for (let repetition = 0; repetition < REPETITIONS; repetition++) {
        const answer = await putData({ url, headers: {}, data: { sizeBytes, chunks: digested() } });
        expect(answer).toMatchObject({
          status,
          sentBytes: expect.any(Number),
          body: { message: "quota exceeded" },
        });
      }
    });
  },
  30_000,
);

it("a refusal is heard while the source stalls", async () => {
  const url = await refusingServer({ farewell: "stays", afterBytes: 300, status: 413, body: QUOTA });
  const chunks = stallingAfter(Buffer.alloc(1000));
  expect(await putData({ url, headers: {}, data: { sizeBytes: SIZE, chunks } })).toMatchObject({
    status: 413,
  });
});

it("a refusal lets go of the source", async () => {
  const url = await refusingServer({ farewell: "stays", afterBytes: 1_000_000, status: 413, body: QUOTA });
  const released = vi.fn();
  const chunks = (async function* () {
    try {
      yield* endless();
    } finally {
      released();
    }
  })();
  await putData({ url, headers: {}, data: { sizeBytes: SIZE, chunks } });
  await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
});

it("an answer whose body never ends is heard without the rest", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const url = await rawServer((socket) => {
    socket.once("data", () => socket.write("HTTP/1.1 413 Too Large\r\nContent-Length: 100\r\n\r\nquota"));
  });
  const put = putData({ url, headers: {}, data: { sizeBytes: 5, chunks: endless() } });
  const clock = setInterval(() => vi.advanceTimersByTime(500), 5);
  expect(await put.finally(() => clearInterval(clock))).toMatchObject({ status: 413, body: "quota" });
});

it("an answer that is a book is heard without the rest", async () => {
  const url = await rawServer((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 500 Oops\r\n\r\n");
      const write = () => {
        while (!socket.destroyed && socket.write("x".repeat(65_536)));
      };
      socket.on("drain", write);
      write();
    });
  });
  const { status, body } = await putData({ url, headers: {}, data: { sizeBytes: 5, chunks: endless() } });
  expect(status).toBe(500);
  expect(String(body).length).toBeLessThan(1_000_000);
});

/** A source that keeps the process busy, as digests do: that is when answers are overlooked. */
async function* digested(): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha512");
  for await (const chunk of endless(Buffer.alloc(262_144))) {
    hash.update(chunk);
    yield chunk;
  }
}
