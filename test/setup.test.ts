import { once } from "node:events";
import { createServer } from "node:http";
import https from "node:https";
import { type AddressInfo, connect } from "node:net";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { describe, expect, test } from "vitest";

describe("a unit test reaches nothing but this machine", () => {
  // What is expected inside holds; what fails is the test, afterwards.
  test.fails("by fetch", async () => {
    await fetch("http://192.0.2.1/").catch(() => {});
  });

  test.fails("by node:https", async () => {
    await once(https.get("https://example.org/"), "response").catch(() => {});
  });

  test.fails("by node:net", async () => {
    await once(connect(80, "192.0.2.1"), "connect").catch(() => {});
  });

  test.fails("by what msw has no handler for", async () => {
    const server = setupServer();
    server.listen({ onUnhandledFrame: "bypass" });
    await fetch("https://example.org/").catch(() => {});
    server.close();
  });
});

test("a server of this machine can be reached", async () => {
  const server = createServer((_request, response) => response.end("here")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const host of ["127.0.0.1", "localhost"]) {
    expect(await (await fetch(`http://${host}:${port}`)).text()).toBe("here");
  }
  server.close();
});

test("msw answers for the rest of the world", async () => {
  const server = setupServer(http.get("https://example.org/image", () => HttpResponse.text("there")));
  server.listen();
  expect(await (await fetch("https://example.org/image")).text()).toBe("there");
  const [response] = await once(https.get("https://example.org/image"), "response");
  expect(response.statusCode).toBe(200);
  server.close();
});
