import { PassThrough } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { expect, it, onTestFinished } from "vitest";
import { type Arrivals, arrivals, arrivalsPool } from "../../src/transfer/arrivals.ts";
import { openSource } from "../../src/transfer/index.ts";
import { collect, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const PART = someBytes(64 * 1024);

function body(): PassThrough & { socket: undefined } {
  return Object.assign(new PassThrough({ highWaterMark: 1024 }), { socket: undefined });
}

/** What comes to the end, with the number of pieces. */
async function read(arrived: Arrivals): Promise<{ readonly bytes: Buffer; readonly pieces: number }> {
  const taken: Uint8Array[] = [];
  while (!arrived.isOver()) {
    const chunk = arrived.take();
    if (chunk === undefined) await arrived.more();
    else taken.push(chunk);
  }
  return { bytes: Buffer.concat(taken), pieces: taken.length };
}

it("small pieces that have arrived are taken as one, and all of them come", async () => {
  const response = body();
  const arrived = arrivals(response, arrivalsPool());
  for (let piece = 0; piece < 10; piece++) response.write(PART);
  response.end("the end");
  await turn();
  const { bytes, pieces } = await read(arrived);
  expect(bytes.equals(Buffer.concat([...Array<Buffer>(10).fill(PART), Buffer.from("the end")]))).toBe(true);
  expect(pieces).toBe(3);
});

it("what has arrived isn't waited with", async () => {
  const response = body();
  const arrived = arrivals(response, arrivalsPool());
  response.write("a");
  await arrived.more();
  expect(arrived.take()).toEqual(Buffer.from("a"));
  expect(arrived.take()).toBeUndefined();
  expect(arrived.isOver()).toBe(false);
});

it("what arrives in one turn of the event loop is taken as one, and a full buffer at once", async () => {
  const response = body();
  const arrived = arrivals(response, arrivalsPool());
  const sizes: (number | undefined)[] = [];
  response.on("data", () => sizes.push(arrived.take()?.length));
  for (let piece = 0; piece < 5; piece++) response.emit("data", PART);
  expect(sizes).toEqual([undefined, undefined, undefined, 4 * PART.length, undefined]);
  await arrived.more();
  expect(arrived.take()).toEqual(PART);
});

it("no more is collected than a few chunks", async () => {
  const response = body();
  const arrived = arrivals(response, arrivalsPool());
  let acceptedBytes = 0;
  while (response.writableLength === 0 && acceptedBytes < 2 ** 26) {
    response.write(PART);
    acceptedBytes += PART.length;
    await turn();
  }
  expect(acceptedBytes).toBeLessThanOrEqual(2 ** 20 + 4 * PART.length);
  response.end();
  expect((await read(arrived)).bytes).toHaveLength(acceptedBytes);
});

it("all that came before an error is taken before it", async () => {
  const response = body();
  const arrived = arrivals(response, arrivalsPool());
  response.write(PART);
  await arrived.more();
  response.destroy(new Error("cut"));
  await turn();
  expect(arrived.take()).toEqual(PART);
  expect(await rejectionOf(read(arrived))).toMatchObject({ message: "cut" });
});

it("memory is used again when it is given back, and pieces of others stay theirs", async () => {
  const response = body();
  const pool = arrivalsPool();
  const arrived = arrivals(response, pool);
  const piece = new Uint8Array(20_000).fill(7);
  response.write(piece);
  await arrived.more();
  const first = arrived.take();
  if (first !== undefined) pool.give(first);
  response.write(piece);
  await arrived.more();
  expect(arrived.take()?.buffer).toBe(first?.buffer);
  expect(piece).toEqual(new Uint8Array(20_000).fill(7));
});

it("who keeps small pieces keeps little memory", async () => {
  const response = body();
  const arrived = arrivals(response, arrivalsPool());
  for (let piece = 0; piece < 3; piece++) {
    response.write("a");
    await arrived.more();
    expect(arrived.take()?.buffer.byteLength).toBeLessThan(256 * 1024);
  }
});

it("memory of a mocked server stays its own", async () => {
  const bytes = new Uint8Array(300_000).fill(7);
  const server = setupServer(
    http.get("http://mirror.example/image", () => HttpResponse.arrayBuffer(bytes.buffer)),
  );
  server.listen();
  onTestFinished(() => server.close());
  for (let turn = 0; turn < 2; turn++) {
    const { chunks } = await openSource({ url: "http://mirror.example/image" });
    expect((await collect(chunks)).equals(bytes)).toBe(true);
  }
  expect(bytes).toHaveLength(300_000);
});
