import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { AuthError, SpecError } from "../../model/index.ts";
import { urlIssues } from "../http/option-issues.ts";
import type { AuthOptions } from "./auth.ts";
import { typeOfCredentials } from "./auth-type.ts";
import {
  type CloudConfig,
  type CloudFiles,
  cloudEntries,
  cloudsOf,
  environmentCloud,
  findCloud,
  overlay,
} from "./clouds.ts";
import { type CloudDefaults, withDefaults } from "./defaults.ts";
import { profileEntries } from "./profile.ts";

/** What the caller says of the cloud. */
export interface CloudOptions extends Omit<CloudConfig, "auth"> {
  readonly auth?: AuthOptions | undefined;
  /** A name in `clouds.yaml`. */
  readonly cloud?: string | undefined;
}

/**
 * Everything that is known of the cloud: what the caller says, over the entry of `clouds.yaml` that `cloud` or
 * `OS_CLOUD` names, or over the `OS_*` variables where nothing names one, or over the only cloud that the files hold
 * where there are no such variables; and over nothing where the caller gives `auth` and no `cloud`. Places and
 * precedence are openstacksdk's; `secure.yaml` and `clouds-public.yaml` belong to `clouds.yaml`. What none of them says
 * is as the vendor's defaults have it.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when there is no such cloud or profile, naming those that there are.
 * @throws SpecError `ERR_SPEC_INVALID` when nothing says where Keystone is, or a file can't be read.
 */
export async function resolveCloud(
  options: CloudOptions,
  defaults: CloudDefaults = {},
): Promise<CloudConfig & { readonly auth: { readonly authUrl: string } }> {
  const { cloud, ...given } = options;
  const said = overlay(await baseOf(cloud, given), {
    ...given,
    // Credentials that are given count, whatever the entry says of its own; a passcode may go with either.
    authType: given.authType ?? typeOfCredentials({ ...given.auth, passcode: undefined }),
  });
  const config = withDefaults(said, defaults);
  const { authUrl } = config.auth;
  if (authUrl === undefined) {
    throw new SpecError(
      [
        {
          path: ["auth", "authUrl"],
          message: "is missing: name a cloud of clouds.yaml, give auth, or set the OS_* variables",
        },
      ],
      {
        subject: "The authentication",
      },
    );
  }
  checkUrl(["auth", "authUrl"], authUrl);
  if (config.imageEndpointOverride !== undefined)
    checkUrl(["imageEndpointOverride"], config.imageEndpointOverride);
  const [cacert, cert, key] = [config.cacert, config.cert, config.key].map(fromHome);
  return { ...config, cacert, cert, key, auth: { ...config.auth, authUrl } };
}

function checkUrl(path: readonly string[], value: string): void {
  const issues = urlIssues(value, path);
  if (issues.length > 0) throw new SpecError(issues, { subject: "The authentication" });
}

/** A path as shells and openstacksdk take it. */
function fromHome(path: string | undefined): string | undefined {
  return path?.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

async function baseOf(cloud: string | undefined, given: CloudOptions): Promise<CloudConfig> {
  if (cloud !== undefined && cloud !== "") return findCloud(cloud, await readFiles(cloud), given.region);
  if (given.auth !== undefined) return { auth: {} };
  const named = process.env["OS_CLOUD"];
  if (named) return findCloud(named, await readFiles(named), given.region);
  if (hasSettings(process.env)) return environmentCloud(process.env);
  const files = await findFiles();
  const [only, ...others] = files === undefined ? [] : Object.keys(cloudsOf(files));
  if (files === undefined || only === undefined) return { auth: {} };
  if (others.length === 0) return findCloud(only, files, given.region);
  const available = [only, ...others];
  throw new AuthError(
    `Nothing says which cloud of ${files.path} is meant: name one of ${available.join(", ")} as cloud, or by OS_CLOUD`,
    { code: "ERR_AUTH_FAILED", available },
  );
}

/** Whether there is a variable that isn't only about the files, or about other programs. */
function hasSettings(environment: Readonly<Record<string, string | undefined>>): boolean {
  const selectors = /^OS_(CLOUD|CLOUD_NAME|REGION_NAME|CLIENT_.*_FILE|(TEST|STD|LOG).*)$/;
  return Object.entries(environment).some(
    ([name, value]) => name.startsWith("OS_") && value && !selectors.test(name),
  );
}

async function readFiles(cloud: string): Promise<CloudFiles> {
  const files = await findFiles();
  if (files !== undefined) return files;
  throw new AuthError(
    `There is no clouds.yaml to find the cloud "${cloud}" in: looked for ${pathsOf("clouds").join(", ")}`,
    { code: "ERR_AUTH_FAILED" },
  );
}

/** `undefined` where there is neither `clouds.yaml` nor `secure.yaml`. */
async function findFiles(): Promise<CloudFiles | undefined> {
  const clouds = await firstOf(pathsOf("clouds"));
  const secure = await firstOf(pathsOf("secure", clouds?.path));
  const path = clouds?.path ?? secure?.path;
  if (path === undefined) return undefined;
  const profiles = await firstOf(pathsOf("clouds-public", clouds?.path));
  return {
    path,
    clouds: clouds === undefined ? {} : cloudEntries(clouds.content, clouds.path),
    secure: secure === undefined ? {} : cloudEntries(secure.content, secure.path),
    profiles: profiles === undefined ? {} : profileEntries(profiles.content, profiles.path),
    profilesPath: profiles?.path,
  };
}

const VARIABLES = {
  clouds: "OS_CLIENT_CONFIG_FILE",
  secure: "OS_CLIENT_SECURE_FILE",
  "clouds-public": "OS_CLIENT_VENDOR_FILE",
} as const;

/** Where a file is looked for, in this order; beside `clouds.yaml` at last, wherever that is. */
function pathsOf(name: keyof typeof VARIABLES, cloudsPath?: string): readonly string[] {
  const home = join(homedir(), ".config");
  const folders = [
    process.env["XDG_CONFIG_HOME"] || home,
    home,
    ...(process.env["XDG_CONFIG_DIRS"] || "/etc/xdg").split(":").filter((folder) => folder !== ""),
    "/etc",
  ].map((folder) => join(folder, "openstack"));
  const places = [process.cwd(), ...folders, ...(cloudsPath === undefined ? [] : [dirname(cloudsPath)])];
  const explicit = process.env[VARIABLES[name]];
  return [
    ...(explicit ? [explicit] : []),
    ...[...new Set(places)].flatMap((place) =>
      ["yaml", "yml", "json"].map((extension) => join(place, `${name}.${extension}`)),
    ),
  ];
}

async function firstOf(paths: readonly string[]): Promise<{ path: string; content: unknown } | undefined> {
  for (const path of paths) {
    const text = await readIfThere(path);
    if (text !== undefined) return { path, content: parseYaml(text, path) };
  }
  return undefined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw new SpecError([{ path: [], message: `${path} can't be read` }], {
      subject: "The cloud configuration",
      cause: error,
    });
  }
}

function parseYaml(text: string, path: string): unknown {
  try {
    // `<<` as openstacksdk's parser has it, and no warnings: they quote the file.
    return parse(text, { merge: true, logLevel: "error" });
  } catch (error) {
    // The parser's own message quotes the lines around the mistake, and those can hold a password.
    const line =
      error instanceof Error && "linePos" in error && Array.isArray(error.linePos)
        ? error.linePos[0]?.line
        : undefined;
    throw new SpecError(
      [{ path: [], message: `isn't YAML${line === undefined ? "" : ` at line ${line}`}` }],
      { subject: path },
    );
  }
}
