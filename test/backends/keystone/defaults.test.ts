import { describe, expect, it } from "vitest";
import { findEndpoint } from "../../../src/backends/keystone/catalog.ts";
import { withDefaults } from "../../../src/backends/keystone/defaults.ts";
import { resolveCloud } from "../../../src/backends/keystone/resolve.ts";

const DEFAULTS = { authUrl: "https://keystone.example/v3", userDomainName: "users", region: "RegionOne" };

it("defaults fill in what nobody says", () => {
  expect(withDefaults({ auth: { username: "ada" } }, DEFAULTS).auth).toMatchObject({
    authUrl: "https://keystone.example/v3",
    userDomainName: "users",
  });
});

it.each([{ userDomainName: "a" }, { userDomainId: "a" }, { domainName: "a" }, { domainId: "a" }])(
  "a domain that is named (%o) leaves no room for the default one",
  (auth) => {
    expect(withDefaults({ auth }, DEFAULTS).auth.userDomainName).toBe(auth.userDomainName);
  },
);

it("what is said stays", () => {
  const auth = { authUrl: "https://mine.example", userDomainName: "mine" };
  expect(withDefaults({ auth }, DEFAULTS).auth).toEqual(auth);
});

it("without defaults, a missing URL is an error as ever", async () => {
  await expect(resolveCloud({ auth: { username: "ada" } })).rejects.toMatchObject({
    issues: [{ path: ["auth", "authUrl"] }],
  });
});

describe("a default region", () => {
  const query = { type: "image", interface: "public", authUrl: "https://keystone.example" };
  const catalogOf = (...regions: readonly string[]) => [
    {
      type: "image",
      endpoints: regions.map((region) => ({ interface: "public", region, url: `https://${region}.example` })),
    },
  ];

  it("is taken of several", () => {
    expect(findEndpoint(catalogOf("a", "b"), { ...query, defaultRegion: "b" })).toMatchObject({
      region: "b",
    });
  });

  it("gives way to one that is named", () => {
    const found = findEndpoint(catalogOf("a", "b"), { ...query, region: "a", defaultRegion: "b" });
    expect(found).toMatchObject({ region: "a" });
  });

  it("that isn't there doesn't matter where there is one only", () => {
    expect(findEndpoint(catalogOf("a"), { ...query, defaultRegion: "b" })).toMatchObject({ region: "a" });
  });

  it("that isn't there among several has to be named", () => {
    expect(() => findEndpoint(catalogOf("a", "c"), { ...query, defaultRegion: "b" })).toThrow(/a, c/);
  });
});
