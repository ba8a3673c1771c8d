/** What every backend promises, held against the fake cloud: with what is expected of a real one. */
import { describe, it } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import { backendConformance, fakeOpenStack } from "../../src/testing/index.ts";
import { EXPECTATIONS } from "../backends/expectations.ts";

describe("the contract, kept by openstack over its fake", () => {
  backendConformance(
    it,
    async (afterwards) => {
      const server = await fakeOpenStack().listen();
      afterwards(() => server.close());
      return openstack(server.options("demo"));
    },
    EXPECTATIONS.openstack,
  );
});
