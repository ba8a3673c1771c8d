import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readTls, type TlsOptions } from "../../../src/backends/http/tls.ts";
import { type Authority, authority } from "../../support/certificates.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";

it.each<TlsOptions>([{}, { verify: true }])("%j leaves all to Node", async (options) => {
  expect(await readTls(options)).toBeUndefined();
});

it("files are read", async () => {
  const { ca, client } = authority();
  const options = { cacert: ca.certPath, cert: client.certPath, key: client.keyPath };
  expect(await readTls(options)).toEqual({
    rejectUnauthorized: true,
    ca: ca.cert,
    cert: client.cert,
    key: client.key,
  });
});

it("a cert without a key holds both", async () => {
  const { client, folder } = authority();
  const both = client.cert + client.key;
  const cert = join(folder, "both.pem");
  writeFileSync(cert, both);
  expect(await readTls({ cert })).toEqual({ rejectUnauthorized: true, cert: both, key: both });
});

it("without verification nobody is asked whom to trust", async () => {
  expect(await readTls({ verify: false, cacert: "/nowhere.pem" })).toEqual({ rejectUnauthorized: false });
});

describe("a file that can't be used is named, with its option:", () => {
  it.each<[string, option: string, (made: Authority) => TlsOptions, message: RegExp]>([
    ["a cacert that is missing", "cacert", () => ({ cacert: "/nowhere.pem" }), /nowhere\.pem .*ENOENT/],
    ["a cert that is missing", "cert", () => ({ cert: "/nowhere.pem" }), /nowhere\.pem .*ENOENT/],
    [
      "a key that is missing",
      "key",
      ({ client }) => ({ cert: client.certPath, key: "/nowhere.pem" }),
      /nowhere\.pem .*ENOENT/,
    ],
    ["a key without its cert", "cert", ({ client }) => ({ key: client.keyPath }), /is missing/],
    ["a cacert that is a key", "cacert", ({ ca }) => ({ cacert: ca.keyPath }), /ca\.key doesn't hold/],
    ["a cert that is a key", "cert", ({ client }) => ({ cert: client.keyPath }), /doesn't hold/],
    ["a cert without any key", "cert", ({ client }) => ({ cert: client.certPath }), /with its key/],
    [
      "a key of another",
      "key",
      ({ client, server }) => ({ cert: client.certPath, key: server.keyPath }),
      /server\.key doesn't hold the key of cert/,
    ],
  ])("%s", async (_what, option, options, message) => {
    const made = authority();
    const error = await rejectionOf(readTls(options(made)));
    expect(error).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: [option], message: expect.stringMatching(message) }],
    });
    expectNoSecret(error, keyText(made.client.key), keyText(made.server.key), keyText(made.ca.key));
  });
});

/** The middle of a key: what none may see. */
function keyText(pem: string): string {
  return pem.split("\n")[1] ?? "";
}
