import { z } from "zod";
import { AuthError, issuesOf, SpecError } from "../../model/index.ts";
import { AUTH_KEYS, type AuthOptions } from "./auth.ts";
import { isMap, merge } from "./maps.ts";
import { withProfile } from "./profile.ts";

/** What is known of a cloud before it is asked. */
export interface CloudConfig {
  readonly auth: AuthOptions;
  readonly authType?: string | undefined;
  readonly region?: string | undefined;
  readonly interface?: string | undefined;
  readonly imageEndpointOverride?: string | undefined;
  readonly verify?: boolean | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Entry = z.looseObject({
  auth: z.record(z.string(), z.unknown()).nullish(),
  auth_type: text.nullish(),
  region_name: text.nullish(),
  regions: z.array(z.union([text, z.object({ name: text, values: z.unknown() })])).nullish(),
  interface: text.nullish(),
  endpoint_type: text.nullish(),
  image_endpoint_override: text.nullish(),
  verify: z.boolean().nullish(),
  insecure: z.boolean().nullish(),
  cacert: text.nullish(),
  cert: text.nullish(),
  key: text.nullish(),
});

const CloudsFile = z.object({ clouds: z.record(z.string(), z.unknown()).nullish() });

/** The clouds of a `clouds.yaml` or `secure.yaml`, by name, not yet understood. */
export function cloudEntries(content: unknown, path: string): Readonly<Record<string, unknown>> {
  const result = CloudsFile.safeParse(content ?? {});
  if (!result.success) {
    throw new SpecError([{ path: ["clouds"], message: "must be a map of clouds by name" }], {
      subject: path,
    });
  }
  return result.data.clouds ?? {};
}

/** What was read of the files, and from where. */
export interface CloudFiles {
  readonly clouds: Readonly<Record<string, unknown>>;
  /** What `secure.yaml` holds comes over what `clouds.yaml` holds. */
  readonly secure: Readonly<Record<string, unknown>>;
  /** Of `clouds-public.yaml`. */
  readonly profiles: Readonly<Record<string, unknown>>;
  /** Where `clouds` is from. */
  readonly path: string;
  readonly profilesPath?: string | undefined;
}

/**
 * One cloud of the files that were found, in this region or in its first.
 *
 * @throws AuthError `ERR_AUTH_FAILED` with the names of the clouds, or profiles, that there are.
 */
export function findCloud(name: string, files: CloudFiles, region?: string): CloudConfig {
  const { profiles, path, profilesPath } = files;
  const clouds = cloudsOf(files);
  if (!Object.hasOwn(clouds, name)) {
    const available = Object.keys(clouds);
    const instead = available.length === 0 ? "" : `; there is ${available.join(", ")}`;
    throw new AuthError(`There is no cloud "${name}" in ${path}${instead}`, {
      code: "ERR_AUTH_FAILED",
      available,
    });
  }
  const whole = withProfile(clouds[name] ?? {}, profiles, { cloud: name, path: profilesPath });
  const entry = parseEntry(whole, name, path);
  const regions = (entry.regions ?? []).map((each) =>
    typeof each === "object" ? each : { name: each, values: undefined },
  );
  const wanted = region ?? regions[0]?.name;
  const values = regions.find((each) => each.name === wanted)?.values;
  return configOf(values == null ? entry : parseEntry(merge(whole, values), name, path), wanted);
}

/** The clouds of both files, by name. */
export function cloudsOf({ clouds, secure }: CloudFiles): Readonly<Record<string, unknown>> {
  const merged = merge(clouds, secure);
  return isMap(merged) ? merged : clouds;
}

function parseEntry(entry: unknown, name: string, path: string): z.infer<typeof Entry> {
  const parsed = Entry.safeParse(entry);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .flatMap(issuesOf)
    .map((issue) => ({ path: ["clouds", name, ...issue.path], message: issue.message }));
  throw new SpecError(issues, { subject: path });
}

function configOf(entry: z.infer<typeof Entry>, firstRegion: string | undefined): CloudConfig {
  const region = firstRegion ?? entry.region_name ?? undefined;
  return {
    auth: authFrom(
      (key) => entry.auth?.[key] ?? entry.auth?.[key.replaceAll("_", "-")] ?? entry[key],
      region,
    ),
    authType: entry.auth_type ?? undefined,
    region,
    interface: entry.interface ?? entry.endpoint_type?.replace(/URL$/, "") ?? undefined,
    imageEndpointOverride: entry.image_endpoint_override ?? undefined,
    verify: entry.insecure === true ? false : (entry.verify ?? undefined),
    cacert: entry.cacert ?? undefined,
    cert: entry.cert ?? undefined,
    key: entry.key ?? undefined,
  };
}

/** The cloud that `OS_*` variables describe. */
export function environmentCloud(environment: Readonly<Record<string, string | undefined>>): CloudConfig {
  const value = (name: string) => environment[`OS_${name}`] || undefined;
  const region = value("REGION_NAME");
  return {
    auth: authFrom((key) => value(key.toUpperCase()), region),
    authType: value("AUTH_TYPE"),
    region,
    interface: value("INTERFACE") ?? value("ENDPOINT_TYPE")?.replace(/URL$/, ""),
    imageEndpointOverride: value("IMAGE_ENDPOINT_OVERRIDE"),
    verify: /^(true|1|yes)$/i.test(value("INSECURE") ?? "") ? false : undefined,
    cacert: value("CACERT"),
    cert: value("CERT"),
    key: value("KEY"),
  };
}

/** Lays one configuration over another: what `over` doesn't say is as `under` says. */
export function overlay(
  under: CloudConfig,
  over: Omit<CloudConfig, "auth"> & { readonly auth?: AuthOptions | undefined },
): CloudConfig {
  return { ...under, ...defined(over), auth: { ...under.auth, ...defined(over.auth ?? {}) } };
}

/** What older clouds, and their `openrc` files, say. */
const OLD_NAMES: Readonly<Partial<Record<keyof AuthOptions, string>>> = {
  projectName: "tenant_name",
  projectId: "tenant_id",
  username: "user_name",
  token: "auth_token",
};

/** @param read - gives what stands at a key, as `clouds.yaml` writes it. */
function authFrom(read: (key: string) => unknown, region: string | undefined): AuthOptions {
  const found: Partial<Record<keyof AuthOptions, string>> = {};
  for (const key of AUTH_KEYS) {
    const old = OLD_NAMES[key];
    const value = read(snakeCase(key)) ?? (old === undefined ? undefined : read(old));
    if (value !== undefined && value !== null) found[key] = String(value);
  }
  // openstacksdk fills settings into the URL; clouds of several regions use this one.
  const authUrl = found.authUrl?.replaceAll("{region_name}", region ?? "");
  return authUrl === undefined ? found : { ...found, authUrl };
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function defined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Partial<Value>;
}
