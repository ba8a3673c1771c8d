import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { AuthOptions } from "../../../src/backends/keystone/auth.ts";
import { resolveCloud } from "../../../src/backends/keystone/resolve.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";

let home = "";
let cwd = "";

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-clouds-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  home = join(folder, "home");
  cwd = join(folder, "work");
  await mkdir(home);
  await mkdir(cwd);
  for (const name of Object.keys(process.env)) {
    if (/^(OS_|XDG_)/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", home);
  vi.spyOn(process, "cwd").mockReturnValue(cwd);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
});

describe("clouds.yaml", () => {
  it.each<[string, () => string]>([
    ["the working directory", () => join(cwd, "clouds.yaml")],
    ["the working directory, as .yml", () => join(cwd, "clouds.yml")],
    ["the user's configuration directory", () => join(home, ".config/openstack/clouds.yaml")],
  ])("is found in %s", async (_where, path) => {
    await write(path(), cloud("mine", "here"));
    expect((await resolveCloud({ cloud: "mine" })).auth).toEqual({ authUrl: "https://here.example" });
  });

  it("is found in XDG_CONFIG_HOME", async () => {
    vi.stubEnv("XDG_CONFIG_HOME", join(home, "xdg"));
    await write(join(home, "xdg/openstack/clouds.yaml"), cloud("mine", "xdg"));
    expect((await resolveCloud({ cloud: "mine" })).auth.authUrl).toBe("https://xdg.example");
  });

  it("of the working directory comes before the user's", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "work"));
    await write(join(home, ".config/openstack/clouds.yaml"), cloud("mine", "home"));
    expect((await resolveCloud({ cloud: "mine" })).auth.authUrl).toBe("https://work.example");
  });

  it("that OS_CLIENT_CONFIG_FILE names comes before all, where it exists", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "work"));
    vi.stubEnv("OS_CLIENT_CONFIG_FILE", join(home, "special.yaml"));
    expect((await resolveCloud({ cloud: "mine" })).auth.authUrl).toBe("https://work.example");
    await write(join(home, "special.yaml"), cloud("mine", "special"));
    expect((await resolveCloud({ cloud: "mine" })).auth.authUrl).toBe("https://special.example");
  });

  it("that is nowhere is an error that says where it was looked for", async () => {
    vi.stubEnv("OS_CLIENT_CONFIG_FILE", join(home, "special.yaml"));
    const error = await rejectionOf(resolveCloud({ cloud: "mine" }));
    expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
    for (const place of [join(home, "special.yaml"), join(cwd, "clouds.yaml"), "/etc/openstack/clouds.yaml"])
      expect(String(error)).toContain(place);
  });

  it("that can't be read is an error that names it", async () => {
    await mkdir(join(cwd, "clouds.yaml"));
    expect(await rejectionOf(resolveCloud({ cloud: "mine" }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringContaining(`${join(cwd, "clouds.yaml")} can't be read`),
    });
  });

  it("gets its secrets from secure.yaml beside it", async () => {
    await write(join(home, ".config/openstack/clouds.yaml"), cloud("mine", "home"));
    await write(
      join(home, ".config/openstack/secure.yaml"),
      "clouds: { mine: { auth: { password: hunter2 } } }",
    );
    expect((await resolveCloud({ cloud: "mine" })).auth).toEqual({
      authUrl: "https://home.example",
      password: "hunter2",
    });
  });

  it("gets its secrets from where OS_CLIENT_SECURE_FILE says", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "work"));
    await write(join(cwd, "secure.yaml"), "clouds: { mine: { auth: { password: beside } } }");
    await write(join(home, "secret.yaml"), "clouds: { mine: { auth: { password: named } } }");
    vi.stubEnv("OS_CLIENT_SECURE_FILE", join(home, "secret.yaml"));
    expect((await resolveCloud({ cloud: "mine" })).auth.password).toBe("named");
  });

  it("knows YAML's anchors and merges", async () => {
    await write(
      join(cwd, "clouds.yaml"),
      "base: &base\n  auth_url: https://here.example\nclouds:\n  mine:\n    auth:\n      <<: *base\n      username: ada\n",
    );
    expect((await resolveCloud({ cloud: "mine" })).auth).toMatchObject({ username: "ada" });
  });
});

describe("a profile", () => {
  const USES = "clouds:\n  mine:\n    profile: vendor\n    auth: { username: ada }\n";
  const PROFILE =
    "public-clouds: { vendor: { auth: { auth_url: https://vendor.example }, region_name: A }, other: {} }";

  it("of clouds-public.yaml lies beneath the cloud's entry", async () => {
    await write(join(cwd, "clouds.yaml"), USES);
    await write(join(home, ".config/openstack/clouds-public.yaml"), PROFILE);
    expect(await resolveCloud({ cloud: "mine" })).toMatchObject({
      auth: { authUrl: "https://vendor.example", username: "ada" },
      region: "A",
    });
  });

  it("is found beside clouds.yaml, and before that where OS_CLIENT_VENDOR_FILE says", async () => {
    vi.stubEnv("OS_CLIENT_CONFIG_FILE", join(home, "special/clouds.yaml"));
    await write(join(home, "special/clouds.yaml"), USES);
    await write(join(home, "special/clouds-public.yaml"), PROFILE);
    expect((await resolveCloud({ cloud: "mine" })).region).toBe("A");
    vi.stubEnv("OS_CLIENT_VENDOR_FILE", join(home, "vendors.yaml"));
    await write(join(home, "vendors.yaml"), PROFILE.replace("region_name: A", "region_name: B"));
    expect((await resolveCloud({ cloud: "mine" })).region).toBe("B");
  });

  it.each([
    [
      PROFILE.replace("{ vendor:", "{ another:"),
      ["another", "other"],
      /clouds-public\.yaml; there is another, other\. /,
    ],
    ["", [], /is not in \S+clouds-public\.yaml\. /],
    [undefined, [], /is not in any clouds-public\.yaml\. /],
  ])("that nobody knows is an error that says what to do: %j", async (text, available, message) => {
    await write(join(cwd, "clouds.yaml"), USES);
    if (text !== undefined) await write(join(cwd, "clouds-public.yaml"), text);
    const error = await rejectionOf(resolveCloud({ cloud: "mine" }));
    expect(error).toMatchObject({
      code: "ERR_AUTH_FAILED",
      available,
      message: expect.stringMatching(message),
    });
    expect(String(error)).toContain('The cloud "mine" has the profile "vendor"');
    expect(String(error)).toContain(
      "put the profile into clouds-public.yaml, or auth_url and region_name into",
    );
  });

  it("in a file that is something else is an error without its content", async () => {
    await write(join(cwd, "clouds.yaml"), USES);
    await write(join(cwd, "clouds-public.yaml"), "public-clouds: [hunter2]");
    const error = await rejectionOf(resolveCloud({ cloud: "mine" }));
    expect(error).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["public-clouds"], message: "must be a map of profiles by name" }],
    });
    expectNoSecret(error, "hunter2");
  });
});

describe("credentials that are given count before auth_type of the entry:", () => {
  it.each<[AuthOptions, string | undefined, string | undefined]>([
    [{}, undefined, "v3totp"],
    [{ token: "t" }, undefined, "v3token"],
    [{ password: "pw" }, undefined, "v3password"],
    [{ applicationCredentialId: "a" }, undefined, "v3applicationcredential"],
    // A one-time password may go with a password of the entry's.
    [{ passcode: "123456" }, undefined, "v3totp"],
    [{ token: "t" }, "password", "password"],
  ])("%j with authType %s", async (auth, authType, expected) => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "file", "auth_type: v3totp"));
    expect((await resolveCloud({ cloud: "mine", auth, authType })).authType).toBe(expected);
  });
});

describe("a mistake in YAML", () => {
  it.each([
    ["a bad indent", "clouds:\n  mine:\n    auth:\n      password: hunter2\n     username: x\n"],
    ["a quote without an end", 'clouds:\n  mine: { auth: { password: "hunter2 } }\n'],
    ["a tab", "clouds:\n\tmine: { auth: { password: hunter2 } }\n"],
    ["a key twice", "clouds:\n  hunter2: {}\n  hunter2: {}\n"],
    ["two documents", "a: hunter2\n---\nb: hunter2\n"],
    ["an alias of nothing", "clouds: *hunter2\n"],
  ])("such as %s is named by file, without what stands there", async (_what, text) => {
    const path = join(cwd, "clouds.yaml");
    await write(path, text);
    const error = await rejectionOf(resolveCloud({ cloud: "mine" }));
    expect(error).toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringMatching(/clouds\.yaml is invalid: isn't YAML/),
    });
    expect(String(error)).toContain(path);
    expectNoSecret(error, "hunter2");
  });

  it("that is only half of one isn't shown in a warning either", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue();
    await write(join(cwd, "clouds.yaml"), `${cloud("mine", "here")}        password: !vault hunter2\n`);
    expect((await resolveCloud({ cloud: "mine" })).auth.password).toBe("hunter2");
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("which cloud", () => {
  const AUTH = { authUrl: "https://given.example", username: "ada" };

  it("is the one that is named, and what is given beside it comes over its entry", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "file", "region_name: A"));
    expect(await resolveCloud({ cloud: "mine", region: "B", auth: { username: "ada" } })).toMatchObject({
      auth: { authUrl: "https://file.example", username: "ada" },
      region: "B",
    });
  });

  it("is the one that OS_CLOUD names, before the other OS_* variables", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "file"));
    vi.stubEnv("OS_CLOUD", "mine");
    vi.stubEnv("OS_AUTH_URL", "https://variable.example");
    expect((await resolveCloud({})).auth.authUrl).toBe("https://file.example");
  });

  it("is the one that the caller names, before OS_CLOUD", async () => {
    await write(
      join(cwd, "clouds.yaml"),
      `${cloud("mine", "mine")}  other: { auth: { auth_url: https://other.example } }\n`,
    );
    vi.stubEnv("OS_CLOUD", "mine");
    expect((await resolveCloud({ cloud: "other" })).auth.authUrl).toBe("https://other.example");
  });

  it("is the one of the OS_* variables, where nothing names one", async () => {
    vi.stubEnv("OS_AUTH_URL", "https://variable.example");
    vi.stubEnv("OS_REGION_NAME", "A");
    expect(await resolveCloud({ interface: "internal" })).toMatchObject({
      auth: { authUrl: "https://variable.example" },
      region: "A",
      interface: "internal",
    });
  });

  it("is the one of explicit auth, without a look at files or variables", async () => {
    vi.stubEnv("OS_CLOUD", "missing");
    vi.stubEnv("OS_PASSWORD", "variable");
    expect(await resolveCloud({ auth: AUTH, region: "A" })).toEqual({ auth: AUTH, region: "A" });
  });

  it("is the only one of the files, where no variable describes another", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "file"));
    expect((await resolveCloud({})).auth.authUrl).toBe("https://file.example");
    vi.stubEnv("OS_AUTH_URL", "https://variable.example");
    expect((await resolveCloud({})).auth.authUrl).toBe("https://variable.example");
  });

  it("of several has to be named: the error names them", async () => {
    await write(join(cwd, "clouds.yaml"), `${cloud("mine", "file")}  other: {}\n`);
    expect(await rejectionOf(resolveCloud({}))).toMatchObject({
      code: "ERR_AUTH_FAILED",
      available: ["mine", "other"],
      message: expect.stringMatching(/: name one of mine, other as cloud, or by OS_CLOUD$/),
    });
  });

  it("is unknown when nobody says: the error says who could", async () => {
    expect(await rejectionOf(resolveCloud({}))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [
        { path: ["auth", "authUrl"], message: expect.stringContaining("name a cloud of clouds.yaml") },
      ],
    });
  });

  it.each(["keystone.example", "not a url", ""])("is at a URL, not at %j", async (authUrl) => {
    expect(await rejectionOf(resolveCloud({ auth: { ...AUTH, authUrl } }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["auth", "authUrl"] }],
    });
  });

  it("that isn't in the file is an error that names those that are", async () => {
    await write(join(cwd, "clouds.yaml"), cloud("mine", "file"));
    expect(await rejectionOf(resolveCloud({ cloud: "mien" }))).toMatchObject({
      code: "ERR_AUTH_FAILED",
      available: ["mine"],
    });
  });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function cloud(name: string, host: string, more = "profile: x"): string {
  return `clouds:\n  ${name}:\n    ${more}\n    auth:\n        auth_url: https://${host}.example\n`;
}

it("~ in the paths of certificates is the home", async () => {
  const paths = { cacert: "~/ca.pem", cert: "/etc/cert.pem", key: "~other/key.pem" };
  const auth = { authUrl: "https://keystone.example" };
  expect(await resolveCloud({ auth, ...paths })).toMatchObject({ ...paths, cacert: join(home, "ca.pem") });
});
