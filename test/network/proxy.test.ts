import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ProxyVariables, proxyFor } from "../../src/network/proxy.ts";

const CLOUD = "https://glance.cloud.example:9292/v2/images";
const PLAIN = "http://mirror.example/debian.qcow2";

describe("the proxy of a URL is the one of", () => {
  it.each<[string, ProxyVariables, string]>([
    [CLOUD, { HTTPS_PROXY: "http://p:1" }, "http://p:1 (HTTPS_PROXY)"],
    [CLOUD, { https_proxy: "http://p:1" }, "http://p:1 (https_proxy)"],
    [CLOUD, { https_proxy: "http://lower:1", HTTPS_PROXY: "http://upper:1" }, "http://lower:1 (https_proxy)"],
    [CLOUD, { https_proxy: " ", HTTPS_PROXY: "http://upper:1" }, "http://upper:1 (HTTPS_PROXY)"],
    [CLOUD, { HTTPS_PROXY: "http://p:1", ALL_PROXY: "http://all:1" }, "http://p:1 (HTTPS_PROXY)"],
    [CLOUD, { ALL_PROXY: "http://all:1" }, "http://all:1 (ALL_PROXY)"],
    [CLOUD, { HTTPS_PROXY: "p:3128" }, "http://p:3128 (HTTPS_PROXY)"],
    [CLOUD, { HTTPS_PROXY: "https://user:hunter2@p:8443/" }, "https://p:8443 (HTTPS_PROXY)"],
    [PLAIN, { HTTP_PROXY: "http://p" }, "http://p (HTTP_PROXY)"],
    [PLAIN, { all_proxy: "http://all" }, "http://all (all_proxy)"],
  ])("%s with %j", (url, variables, label) => {
    expect(proxyFor(new URL(url), variables)?.label).toBe(label);
  });

  it.each<[string, ProxyVariables]>([
    [CLOUD, {}],
    [CLOUD, { HTTPS_PROXY: "" }],
    [CLOUD, { HTTP_PROXY: "http://p:1" }],
    [PLAIN, { HTTPS_PROXY: "http://p:1" }],
  ])("nobody: %s with %j", (url, variables) => {
    expect(proxyFor(new URL(url), variables)).toBeUndefined();
  });
});

it("a proxy is where its URL says, with or without port and credentials", () => {
  const of = (value: string) => proxyFor(new URL(CLOUD), { HTTPS_PROXY: value });
  expect(of("http://p")).toMatchObject({ protocol: "http:", host: "p", port: 80, authorization: undefined });
  expect(of("https://p")).toMatchObject({ protocol: "https:", host: "p", port: 443 });
  expect(of("http://[::1]:3128")).toMatchObject({ host: "::1", port: 3128 });
  expect(of("http://a%40b:p%3Aw@p:1")?.authorization).toBe(`Basic ${btoa("a@b:p:w")}`);
});

describe("NO_PROXY", () => {
  it.each<[exceptions: string, host: string, excepted: boolean]>([
    ["*", "cloud.example", true],
    ["cloud.example", "cloud.example", true],
    ["cloud.example", "glance.cloud.example", true],
    ["cloud.example", "mycloud.example", false],
    [".cloud.example", "glance.cloud.example", true],
    [".cloud.example", "cloud.example", true],
    ["*.cloud.example", "glance.cloud.example", true],
    ["CLOUD.example", "cloud.example", true],
    ["cloud.example.", "cloud.example", true],
    ["other.example, cloud.example", "cloud.example", true],
    ["other.example cloud.example", "cloud.example", true],
    ["other.example,,", "cloud.example", false],
    ["cloud.example:9292", "cloud.example:9292", true],
    ["cloud.example:443", "cloud.example", true],
    ["cloud.example:80", "cloud.example", false],
    ["cloud.example:9292", "cloud.example:9293", false],
    ["10.0.0.5", "10.0.0.5", true],
    ["10.0.0.5", "10.0.0.50", false],
    ["0.0.5", "10.0.0.5", false],
    ["10.0.0.5:9292", "10.0.0.5:9292", true],
    ["10.0.0.0/8", "10.200.0.5", true],
    ["10.0.0.0/8", "11.0.0.5", false],
    ["10.0.0.0/8", "cloud.example", false],
    ["10.0.0.0/99", "10.0.0.5", false],
    ["::1", "[::1]:9292", true],
    ["[::1]", "[::1]", true],
    ["[::1]:9292", "[::1]:9292", true],
    ["[::1]:9292", "[::1]:9293", false],
    ["fd00::/8", "[fd12::1]", true],
    ["fd00::/8", "[fe80::1]", false],
    ["0:0:0:0:0:0:0:1", "[::1]", true],
    ["localhost,127.0.0.1", "127.0.0.1:5000", true],
  ])("%s, for %s: %s", (NO_PROXY, host, excepted) => {
    const variables = { HTTPS_PROXY: "http://p:1", NO_PROXY };
    expect(proxyFor(new URL(`https://${host}/`), variables) === undefined).toBe(excepted);
  });

  it("of any text is no error, and an exception stays one whatever stands around it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const NO_PROXY = `${before},glance.cloud.example,${after}`;
        expect(proxyFor(new URL(CLOUD), { HTTPS_PROXY: "http://p:1", NO_PROXY })).toBeUndefined();
      }),
    );
  });
});

describe("a value that names no proxy is an error that names the variable, and not the value:", () => {
  it.each([
    ["socks5://user:hunter2@p:1080", "names a proxy of the kind socks5: only http and https are supported"],
    ["http://user:hunter2@", "is not the URL of a proxy"],
    ["http://user:hunter2@p:99999", "is not the URL of a proxy"],
    ["http://user:hunter2%@p:1", "has a user or password in which a % is not written as %25"],
  ])("%s", (value, message) => {
    const find = () => proxyFor(new URL(CLOUD), { ALL_PROXY: value });
    expect(find).toThrow(
      expect.objectContaining({
        code: "ERR_SPEC_INVALID",
        issues: [{ path: ["ALL_PROXY"], message: `${message}: give http://host:port, or set NO_PROXY` }],
        message: expect.not.stringContaining("hunter2"),
      }),
    );
  });

  it("unless nothing goes there", () => {
    const variables = { ALL_PROXY: "socks5://p:1080", NO_PROXY: "cloud.example" };
    expect(proxyFor(new URL(CLOUD), variables)).toBeUndefined();
  });
});
