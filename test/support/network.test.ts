import { get } from "node:http";
import { afterEach, beforeEach, expect, it, test, vi } from "vitest";
import { mockNetwork } from "./network.ts";

beforeEach(() => {
  // msw says there, too, what wasn't expected.
  vi.spyOn(console, "error").mockReturnValue();
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("answers in order and keeps a journal", async () => {
  const network = mockNetwork();
  network.expect("POST https://a.example/x", { status: 201, json: { n: 1 } }, { status: 409, text: "no" });
  const first = await fetch("https://a.example/x?q=1&q=2", { method: "POST", body: '{"a":1}' });
  expect([first.status, await first.json()]).toEqual([201, { n: 1 }]);
  const second = await fetch("https://a.example/x", { method: "POST" });
  expect([second.status, await second.text()]).toEqual([409, "no"]);
  const [call] = network.calls;
  expect(call).toMatchObject({ method: "POST", url: "https://a.example/x", body: { a: 1 } });
  expect(call?.query.getAll("q")).toEqual(["1", "2"]);
});

test.fails("a request that nobody expects fails the test, even when its failure is caught", async () => {
  mockNetwork();
  await fetch("https://a.example/").catch(() => undefined);
});

test.fails("a request of node:http that nobody expects fails the test", async () => {
  mockNetwork();
  await new Promise((resolve) => get("http://a.example/").on("error", resolve).on("response", resolve));
});

test.fails("one request more than expected fails the test", async () => {
  mockNetwork().expect("GET https://a.example/", {});
  await fetch("https://a.example/");
  await fetch("https://a.example/").catch(() => undefined);
});

test.fails("a request that is expected and never comes fails the test", () => {
  mockNetwork().expect("GET https://a.example/", {});
});
