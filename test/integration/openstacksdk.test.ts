import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { CloudConfig } from "../../src/backends/keystone/clouds.ts";
import { resolveCloud } from "../../src/backends/keystone/resolve.ts";

interface Case {
  /** By their paths, below the folder that holds the home, `home`, and the working directory, `work`. */
  readonly files?: Readonly<Record<string, string>>;
  /** `$` stands for that folder. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly cloud?: string;
  readonly region?: string;
}

const AUTH = "auth: { auth_url: https://a.example, username: ada, password: pw, project_name: demo }";
const HOME = "home/.config/openstack";
const PROFILES = `public-clouds:
  vendor:
    auth: { auth_url: "https://vendor.example", user_domain_name: Vendors, project_domain_name: Vendors }
    regions: [one, two]
    interface: internal
    auth_type: v3password
  templated:
    auth: { auth_url: "https://{region_name}.vendor.example" }
    region_name: east
`;
const USER = "auth: { username: ada, password: pw, project_name: demo }";
const OS = { OS_AUTH_URL: "https://os.example", OS_USERNAME: "ada", OS_PASSWORD: "pw" };

const CASES: Readonly<Record<string, Case>> = {
  "a cloud of the working directory": {
    files: { "work/clouds.yaml": `clouds: { a: { ${AUTH} } }` },
    cloud: "a",
  },
  "a cloud by OS_CLOUD, not the OS_* variables": {
    files: { "work/clouds.yaml": `clouds: { a: { ${AUTH} } }` },
    variables: { ...OS, OS_CLOUD: "a" },
  },
  "the only cloud": { files: { "work/clouds.yaml": `clouds: { a: { ${AUTH} } }` } },
  "the only cloud, beside variables that only select": {
    files: { "work/clouds.yaml": `clouds: { a: { ${AUTH} } }` },
    variables: { OS_LOG_PATH: "/tmp", OS_CLIENT_SECURE_FILE: "$/none.yaml" },
  },
  "a cloud of yml": { files: { "work/clouds.yml": `clouds: { a: { ${AUTH} } }` }, cloud: "a" },
  "a cloud of JSON": {
    files: { "work/clouds.json": '{"clouds":{"a":{"auth":{"auth_url":"https://json.example"}}}}' },
    cloud: "a",
  },
  "the working directory before the home": {
    files: {
      "work/clouds.yaml": `clouds: { a: { ${AUTH}, region_name: work } }`,
      [`${HOME}/clouds.yaml`]: `clouds: { a: { ${AUTH}, region_name: home } }`,
    },
    cloud: "a",
  },
  "XDG_CONFIG_HOME before ~/.config": {
    files: {
      "xdg/openstack/clouds.yaml": `clouds: { a: { ${AUTH}, region_name: xdg } }`,
      [`${HOME}/clouds.yaml`]: `clouds: { a: { ${AUTH}, region_name: home } }`,
    },
    variables: { XDG_CONFIG_HOME: "$/xdg" },
    cloud: "a",
  },
  "~/.config where XDG_CONFIG_HOME has none": {
    files: { [`${HOME}/clouds.yaml`]: `clouds: { a: { ${AUTH} } }` },
    variables: { XDG_CONFIG_HOME: "$/xdg" },
    cloud: "a",
  },
  XDG_CONFIG_DIRS: {
    files: { "site/openstack/clouds.yaml": `clouds: { a: { ${AUTH} } }` },
    variables: { XDG_CONFIG_DIRS: "$/site" },
    cloud: "a",
  },
  "OS_CLIENT_CONFIG_FILE, with secure.yaml of the home": {
    files: {
      "special.yaml": `clouds: { a: { ${AUTH} } }`,
      "work/clouds.yaml": `clouds: { a: { ${AUTH}, region_name: work } }`,
      [`${HOME}/secure.yaml`]: "clouds: { a: { auth: { password: secure } } }",
    },
    variables: { OS_CLIENT_CONFIG_FILE: "$/special.yaml" },
    cloud: "a",
  },
  "secure.yaml of the working directory over that of the home": {
    files: {
      [`${HOME}/clouds.yaml`]: `clouds: { a: { ${AUTH} } }`,
      [`${HOME}/secure.yaml`]: "clouds: { a: { auth: { password: home } } }",
      "work/secure.yaml": "clouds: { a: { auth: { password: work } } }",
    },
    cloud: "a",
  },
  OS_CLIENT_SECURE_FILE: {
    files: {
      "work/clouds.yaml": `clouds: { a: { ${AUTH} } }`,
      "work/secure.yaml": "clouds: { a: { auth: { password: work } } }",
      "secret.yaml": "clouds: { a: { auth: { password: secret }, region_name: secret } }",
    },
    variables: { OS_CLIENT_SECURE_FILE: "$/secret.yaml" },
    cloud: "a",
  },
  "a cloud of secure.yaml alone": { files: { "work/secure.yaml": `clouds: { a: { ${AUTH} } }` }, cloud: "a" },
  "a profile of clouds-public.yaml": {
    files: {
      "work/clouds.yaml": `clouds: { a: { profile: vendor, ${USER} } }`,
      "work/clouds-public.yaml": PROFILES,
    },
    cloud: "a",
  },
  "a profile of the home": {
    files: {
      "work/clouds.yaml": `clouds: { a: { profile: vendor, ${USER} } }`,
      [`${HOME}/clouds-public.yaml`]: PROFILES,
    },
    cloud: "a",
  },
  "a profile by its old name, beneath what the cloud says": {
    files: {
      "work/clouds.yaml":
        "clouds: { a: { cloud: vendor, interface: admin, regions: [three], auth: { username: ada, user_domain_name: Mine } } }",
      "work/clouds-public.yaml": PROFILES,
    },
    cloud: "a",
  },
  "a profile, and secure.yaml over both": {
    files: {
      "work/clouds.yaml": `clouds: { a: { profile: vendor, ${USER} } }`,
      "work/clouds-public.yaml": PROFILES,
      "work/secure.yaml": "clouds: { a: { auth: { password: secure } } }",
    },
    cloud: "a",
  },
  "a profile with a region in its URL": {
    files: {
      "work/clouds.yaml": `clouds: { a: { profile: templated, ${USER} } }`,
      "work/clouds-public.yaml": PROFILES,
    },
    cloud: "a",
  },
  "an unknown profile of a cloud that needs none": {
    files: { "work/clouds.yaml": `clouds: { a: { profile: nobody-knows, ${AUTH} } }` },
    cloud: "a",
  },
  "the first region, with its values": {
    files: {
      "work/clouds.yaml": `clouds: { a: { ${AUTH}, interface: public, regions: [{ name: one, values: { interface: internal, auth: { project_name: one } } }, two] } }`,
    },
    cloud: "a",
  },
  "another region, without values": {
    files: {
      "work/clouds.yaml": `clouds: { a: { ${AUTH}, regions: [{ name: one, values: { interface: internal } }, two] } }`,
    },
    cloud: "a",
    region: "two",
  },
  "regions before region_name": {
    files: { "work/clouds.yaml": `clouds: { a: { ${AUTH}, regions: [one, two], region_name: two } }` },
    cloud: "a",
  },
  "names of old": {
    files: {
      "work/clouds.yaml":
        "clouds: { a: { endpoint_type: internal, auth: { auth_url: https://a.example, username: ada, password: pw, tenant_name: old } } }",
    },
    cloud: "a",
  },
  "a project name over a tenant name": {
    files: {
      "work/clouds.yaml":
        "clouds: { a: { auth: { auth_url: https://a.example, tenant_name: old, project_name: new } } }",
    },
    cloud: "a",
  },
  hyphens: {
    files: {
      "work/clouds.yaml":
        "clouds: { a: { auth: { auth_url: https://a.example, project-name: demo, user-domain-name: D, project-domain-id: d } } }",
    },
    cloud: "a",
  },
  "settings beside auth": {
    files: {
      "work/clouds.yaml":
        "clouds: { a: { auth: { auth_url: https://a.example, username: ada }, project_name: demo, user_domain_name: D, passcode: '123456' } }",
    },
    cloud: "a",
  },
  "a number for a password": {
    files: {
      "work/clouds.yaml": "clouds: { a: { auth: { auth_url: https://a.example, password: 123456 } } }",
    },
    cloud: "a",
  },
  "a domain for user and project": {
    files: { "work/clouds.yaml": `clouds: { a: { ${AUTH.replace(" }", ", domain_id: d1 }")} } }` },
    cloud: "a",
  },
  "a domain beside a user's own": {
    files: {
      "work/clouds.yaml": `clouds: { a: { ${AUTH.replace(" }", ", domain_name: D, user_domain_name: U }")} } }`,
    },
    cloud: "a",
  },
  "a domain to be the scope": {
    files: {
      "work/clouds.yaml":
        "clouds: { a: { auth: { auth_url: https://a.example, username: ada, password: pw, user_domain_id: u, domain_id: d1 } } }",
    },
    cloud: "a",
  },
  auth_type: { files: { "work/clouds.yaml": `clouds: { a: { auth_type: v3totp, ${AUTH} } }` }, cloud: "a" },
  certificates: {
    files: {
      "work/clouds.yaml": `clouds: { a: { ${AUTH}, verify: false, cacert: /ca.pem, image_endpoint_override: "https://g.example" } }`,
    },
    cloud: "a",
  },
  "OS_* variables": {
    variables: {
      ...OS,
      OS_PROJECT_NAME: "demo",
      OS_REGION_NAME: "one",
      OS_INTERFACE: "internal",
      OS_AUTH_TYPE: "v3password",
    },
  },
  "OS_* variables of old": { variables: { ...OS, OS_TENANT_NAME: "demo", OS_ENDPOINT_TYPE: "internal" } },
  "OS_* variables with a domain for both": {
    variables: { ...OS, OS_PROJECT_NAME: "demo", OS_DOMAIN_NAME: "D" },
  },
  "OS_* variables with a domain to be the scope": {
    variables: { ...OS, OS_USER_DOMAIN_NAME: "U", OS_DOMAIN_ID: "d1" },
  },
  "OS_* variables before the only cloud": {
    files: { "work/clouds.yaml": `clouds: { a: { ${AUTH} } }` },
    variables: OS,
  },
  OS_TOKEN: { variables: { OS_AUTH_URL: "https://os.example", OS_TOKEN: "t", OS_AUTH_TYPE: "token" } },
  OS_AUTH_TOKEN: {
    variables: { OS_AUTH_URL: "https://os.example", OS_AUTH_TOKEN: "t", OS_AUTH_TYPE: "token" },
  },
  "an application credential": {
    variables: {
      OS_AUTH_URL: "https://os.example",
      OS_AUTH_TYPE: "v3applicationcredential",
      OS_APPLICATION_CREDENTIAL_ID: "i",
      OS_APPLICATION_CREDENTIAL_SECRET: "s",
    },
  },
};

interface Laid {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly options: { readonly cloud: string | undefined; readonly region_name: string | undefined };
}

let root = "";
const laid = new Map<string, Laid>();
const expected = new Map<string, unknown>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "imagewright-test-"));
  for (const [name, each] of Object.entries(CASES)) laid.set(name, await lay(each));
  const oracle = join(import.meta.dirname, "support/openstacksdk.py");
  const output = execFileSync("/usr/bin/python3", [oracle], {
    input: JSON.stringify([...laid.values()]),
    encoding: "utf8",
  });
  const answers: readonly unknown[] = JSON.parse(output);
  for (const [index, name] of [...laid.keys()].entries()) expected.set(name, answers[index]);
});

afterAll(() => rm(root, { recursive: true, force: true }));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test.for(Object.keys(CASES))("%s is what openstacksdk takes it for", async (name) => {
  const { cwd, env, options } = laid.get(name) ?? { cwd: "", env: {}, options: {} };
  for (const variable of Object.keys(process.env)) {
    if (/^(OS_|XDG_)/.test(variable)) vi.stubEnv(variable, undefined);
  }
  for (const [variable, value] of Object.entries(env)) vi.stubEnv(variable, value);
  vi.spyOn(process, "cwd").mockReturnValue(cwd);
  const config = await resolveCloud({ cloud: options.cloud, region: options.region_name });
  expect(comparable(config)).toEqual(settled(expected.get(name)));
});

/** Writes the files of a case. */
async function lay({ files = {}, variables = {}, cloud, region }: Case): Promise<Laid> {
  const folder = await mkdtemp(join(root, "case-"));
  await mkdir(join(folder, "home"));
  await mkdir(join(folder, "work"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const around = Object.entries(variables).map(([name, value]) => [name, value.replace("$", folder)]);
  return {
    cwd: join(folder, "work"),
    env: { HOME: join(folder, "home"), ...Object.fromEntries(around) },
    options: { cloud, region_name: region },
  };
}

/** Ours, by the names of `clouds.yaml`. A domain is given to user and project only when the token is asked for. */
function comparable({
  auth,
  authType,
  region,
  interface: audience,
  verify,
  cacert,
  imageEndpointOverride,
}: CloudConfig) {
  const { domainId, domainName, ...rest } = auth;
  const isOfProject = auth.projectId !== undefined || auth.projectName !== undefined;
  const domains = isOfProject
    ? {
        userDomainId: domainId,
        projectDomainId: domainId,
        userDomainName: domainName,
        projectDomainName: domainName,
      }
    : { domainId, domainName };
  const whole = Object.entries({ ...domains, ...rest }).map(([key, value]) => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return settled({
    auth: Object.fromEntries(whole),
    auth_type: authType ?? "password",
    region_name: region,
    interface: audience ?? "public",
    image_endpoint_override: imageEndpointOverride,
    verify: verify ?? true,
    cacert,
  });
}

function settled(config: unknown): unknown {
  return JSON.parse(
    JSON.stringify(config, (_key, value) => (value === null || value === "" ? undefined : value)),
  );
}
