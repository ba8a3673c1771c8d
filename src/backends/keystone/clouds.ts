import { z } from "zod";
import { AuthError, issuesOf, SpecError } from "../../model/index.ts";
import { AUTH_KEYS, type AuthOptions } from "./auth.ts";

/** What is known of a cloud before it is asked. */
export interface CloudConfig {
  readonly auth: AuthOptions;
  readonly region?: string | undefined;
  readonly interface?: string | undefined;
  readonly imageEndpointOverride?: string | undefined;
  readonly verify?: boolean | undefined;
  readonly cacert?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Entry = z.object({
  auth: z.record(z.string(), z.unknown()).nullish(),
  region_name: text.nullish(),
  regions: z.array(z.union([text, z.object({ name: text })])).nullish(),
  interface: text.nullish(),
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

/**
 * One cloud of the files that were found. What `secure.yaml` holds comes over what `clouds.yaml` holds.
 *
 * @throws AuthError `ERR_AUTH_FAILED` with the names of the clouds that there are.
 */
export function findCloud(
  name: string,
  clouds: Readonly<Record<string, unknown>>,
  secure: Readonly<Record<string, unknown>>,
  where: string,
): CloudConfig {
  if (!Object.hasOwn(clouds, name)) {
    const available = Object.keys(clouds);
    const instead = available.length === 0 ? "" : `; there is ${available.join(", ")}`;
    throw new AuthError(`There is no cloud "${name}" in ${where}${instead}`, {
      code: "ERR_AUTH_FAILED",
      available,
    });
  }
  const parsed = Entry.safeParse(merge(clouds[name] ?? {}, secure[name]));
  if (!parsed.success) {
    const issues = parsed.error.issues
      .flatMap(issuesOf)
      .map(({ path, message }) => ({ path: ["clouds", name, ...path], message }));
    throw new SpecError(issues, { subject: where });
  }
  const { data } = parsed;
  const [first] = data.regions ?? [];
  return {
    auth: authFrom((key) => data.auth?.[snakeCase(key)]),
    region: data.region_name ?? (typeof first === "object" ? first.name : first) ?? undefined,
    interface: data.interface ?? undefined,
    imageEndpointOverride: data.image_endpoint_override ?? undefined,
    verify: data.insecure === true ? false : (data.verify ?? undefined),
    cacert: data.cacert ?? undefined,
    cert: data.cert ?? undefined,
    key: data.key ?? undefined,
  };
}

/** The cloud that `OS_*` variables describe. */
export function environmentCloud(environment: Readonly<Record<string, string | undefined>>): CloudConfig {
  const value = (name: string) => environment[`OS_${name}`] || undefined;
  const auth = authFrom((key) => value(snakeCase(key).toUpperCase()));
  return {
    auth: {
      ...auth,
      // `openrc` files of older clouds say `tenant`, and one domain for both.
      projectName: auth.projectName ?? value("TENANT_NAME"),
      projectId: auth.projectId ?? value("TENANT_ID"),
      userDomainName: auth.userDomainName ?? value("DOMAIN_NAME"),
      projectDomainName: auth.projectDomainName ?? value("DOMAIN_NAME"),
    },
    region: value("REGION_NAME"),
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

function authFrom(read: (key: keyof AuthOptions) => unknown): AuthOptions {
  const entries = AUTH_KEYS.map((key) => [key, read(key)] as const);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key, String(value)]),
  );
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function merge(under: unknown, over: unknown): unknown {
  if (over === undefined || over === null) return under;
  if (!isMap(under) || !isMap(over)) return over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over))
    merged[key] = key in under ? merge(under[key], value) : value;
  return merged;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function defined<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as Partial<Value>;
}
