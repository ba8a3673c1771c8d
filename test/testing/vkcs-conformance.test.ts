/** What every backend promises, held against the fake VK Cloud. */
import { describe, it } from "vitest";
import { vkcs } from "../../src/backends/vkcs/index.ts";
import { backendConformance, fakeVkcs } from "../../src/testing/index.ts";
import { EXPECTATIONS } from "../backends/expectations.ts";

describe("the contract, kept by vkcs over its fake", () => {
  backendConformance(
    it,
    async (afterwards) => {
      const server = await fakeVkcs().listen();
      afterwards(() => server.close());
      return vkcs(server.options("demo"));
    },
    EXPECTATIONS.vkcs,
  );
});
