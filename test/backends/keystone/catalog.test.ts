import { describe, expect, it } from "vitest";
import {
  Catalog,
  type EndpointQuery,
  findEndpoint,
  regionOf,
} from "../../../src/backends/keystone/catalog.ts";

const CATALOG = Catalog.parse([
  { type: "identity", name: "keystone", endpoints: [endpoint("public", "RegionOne", "identity")] },
  {
    type: "image",
    name: "glance",
    endpoints: [
      endpoint("public", "RegionOne", "public-one"),
      endpoint("internal", "RegionOne", "internal-one"),
      endpoint("public", "RegionTwo", "public-two"),
    ],
  },
  { type: "image", endpoints: [endpoint("admin", "RegionTwo", "admin-two")] },
]);

describe("an endpoint is found", () => {
  it.each([
    ["public", "RegionOne", "public-one"],
    ["internal", "RegionOne", "internal-one"],
    ["public", "RegionTwo", "public-two"],
    ["admin", "RegionTwo", "admin-two"],
    // Only one region has it: no need to name it.
    ["internal", undefined, "internal-one"],
  ])("at %s of %s", (name, region, url) => {
    expect(find({ interface: name, region }).url).toBe(`https://${url}.example`);
  });

  it("by region_id before region", () => {
    const [entry] = Catalog.parse([
      { type: "image", endpoints: [{ interface: "public", url: "u", region: "Old", region_id: "New" }] },
    ]);
    expect(entry?.endpoints.map(regionOf)).toEqual(["New"]);
  });

  it("without any region", () => {
    const catalog = Catalog.parse([
      { type: "image", endpoints: [{ interface: "public", url: "u", region: null }] },
    ]);
    const found = findEndpoint(catalog, { type: "image", interface: "public", authUrl: "a" });
    expect(regionOf(found)).toBeUndefined();
  });
});

describe("what is not there is said, and what is instead", () => {
  it.each<[string, Partial<EndpointQuery>, readonly string[], string]>([
    [
      "a service",
      { type: "volume" },
      ["identity", "image"],
      "The cloud at https://keystone.example has no volume service; it has identity, image",
    ],
    [
      "a region",
      { region: "Mars" },
      ["RegionOne", "RegionTwo"],
      "There is no image service in the region Mars; there is one in RegionOne, RegionTwo",
    ],
    [
      "an interface",
      { region: "RegionOne", interface: "admin" },
      ["internal", "public"],
      "The image service in RegionOne has no admin interface; it has internal, public",
    ],
    [
      "the region, of several",
      {},
      ["RegionOne", "RegionTwo"],
      "The image service is in several regions: name one of RegionOne, RegionTwo as region",
    ],
  ])("%s", (_what, query, available, message) => {
    expect(() => find(query)).toThrow(
      expect.objectContaining({
        name: "AuthError",
        code: "ERR_ENDPOINT_NOT_FOUND",
        authUrl: "https://keystone.example",
        available,
        message,
      }),
    );
  });

  it("a catalog of nothing", () => {
    expect(() => findEndpoint([], { type: "image", interface: "public", authUrl: "a" })).toThrow(
      "The cloud at a has no image service",
    );
  });
});

function find(query: Partial<EndpointQuery>) {
  return findEndpoint(CATALOG, {
    type: "image",
    interface: "public",
    authUrl: "https://keystone.example",
    ...query,
  });
}

function endpoint(name: string, region: string, host: string) {
  return { id: "e", interface: name, region, region_id: region, url: `https://${host}.example` };
}
