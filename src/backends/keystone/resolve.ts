import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { AuthError, SpecError } from "../../model/index.ts";
import type { AuthOptions } from "./auth.ts";
import { type CloudConfig, cloudEntries, environmentCloud, findCloud, overlay } from "./clouds.ts";

/** What the caller says of the cloud. */
export interface CloudOptions extends Omit<CloudConfig, "auth"> {
  readonly auth?: AuthOptions | undefined;
  /** A name in `clouds.yaml`. */
  readonly cloud?: string | undefined;
}

/**
 * Everything that is known of the cloud: what the caller says, over the entry of `clouds.yaml` (with
 * `secure.yaml`) that `cloud` or `OS_CLOUD` names, or over the `OS_*` variables where nothing names one and the
 * caller gives no `auth`. The places are openstacksdk's: `OS_CLIENT_CONFIG_FILE`, the working directory, the
 * user's and the machine's configuration directory.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when there is no such cloud, naming those that there are.
 * @throws SpecError `ERR_SPEC_INVALID` when nothing says where Keystone is, or a file can't be read.
 */
export async function resolveCloud(
  options: CloudOptions,
): Promise<CloudConfig & { readonly auth: { readonly authUrl: string } }> {
  const { cloud, ...given } = options;
  const named = cloud ?? (given.auth === undefined ? process.env["OS_CLOUD"] : undefined);
  const config = overlay(await baseOf(named, given), given);
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
  if (!URL.canParse(authUrl)) {
    throw new SpecError([{ path: ["auth", "authUrl"], message: "must be an absolute URL" }], {
      subject: "The authentication",
    });
  }
  const [cacert, cert, key] = [config.cacert, config.cert, config.key].map(fromHome);
  return { ...config, cacert, cert, key, auth: { ...config.auth, authUrl } };
}

/** A path as shells and openstacksdk take it. */
function fromHome(path: string | undefined): string | undefined {
  return path?.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

async function baseOf(cloud: string | undefined, given: CloudOptions): Promise<CloudConfig> {
  if (cloud !== undefined && cloud !== "") return fromFiles(cloud);
  return given.auth === undefined ? environmentCloud(process.env) : { auth: {} };
}

async function fromFiles(cloud: string): Promise<CloudConfig> {
  const places = [
    process.cwd(),
    join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "openstack"),
    "/etc/openstack",
  ];
  const paths = places.flatMap((place) => [join(place, "clouds.yaml"), join(place, "clouds.yml")]);
  const explicit = process.env["OS_CLIENT_CONFIG_FILE"];
  if (explicit) paths.unshift(explicit);
  const clouds = await firstOf(paths);
  if (clouds === undefined) {
    throw new AuthError(
      `There is no clouds.yaml to find the cloud "${cloud}" in: looked for ${paths.join(", ")}`,
      { code: "ERR_AUTH_FAILED" },
    );
  }
  const secureExplicit = process.env["OS_CLIENT_SECURE_FILE"];
  const securePlaces = [dirname(clouds.path), ...places].flatMap((place) => [
    join(place, "secure.yaml"),
    join(place, "secure.yml"),
  ]);
  const secure = await firstOf(secureExplicit ? [secureExplicit, ...securePlaces] : securePlaces);
  return findCloud(
    cloud,
    cloudEntries(clouds.content, clouds.path),
    secure === undefined ? {} : cloudEntries(secure.content, secure.path),
    clouds.path,
  );
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
