import { z } from "zod";
import { AuthError, redactUrl, SpecError } from "../../model/index.ts";
import { isMap } from "./maps.ts";

const ProfilesFile = z.object({ "public-clouds": z.record(z.string(), z.unknown()).nullish() });

/** The profiles of a `clouds-public.yaml`, by name, not yet understood. */
export function profileEntries(content: unknown, path: string): Readonly<Record<string, unknown>> {
  const result = ProfilesFile.safeParse(content ?? {});
  if (result.success) return result.data["public-clouds"] ?? {};
  throw new SpecError([{ path: ["public-clouds"], message: "must be a map of profiles by name" }], {
    subject: path,
  });
}

/** The profile that an entry of `clouds.yaml` refers to; `cloud` is the old name of `profile`. */
function profileNameOf(entry: unknown): string | undefined {
  if (!isMap(entry)) return undefined;
  const name = entry["profile"] ?? entry["cloud"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

/**
 * An entry with what its profile says beneath: `auth` is laid over the profile's key by key, everything else as a
 * whole. A profile that nobody knows doesn't matter to an entry that says itself where Keystone is.
 *
 * @throws AuthError `ERR_AUTH_FAILED` with the names of the profiles that there are.
 */
export function withProfile(
  entry: unknown,
  profiles: Readonly<Record<string, unknown>>,
  where: { readonly cloud: string; readonly path: string | undefined },
): unknown {
  const name = profileNameOf(entry);
  if (name === undefined || !isMap(entry)) return entry;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const auth = isMap(entry["auth"]) ? entry["auth"] : {};
  if (isMap(profile)) {
    const under = isMap(profile["auth"]) ? profile["auth"] : {};
    return {
      ...profile,
      ...entry,
      auth: entry["auth"] == null || isMap(entry["auth"]) ? { ...under, ...auth } : entry["auth"],
    };
  }
  if (auth["auth_url"] !== undefined || auth["auth-url"] !== undefined) return entry;
  const available = Object.keys(profiles);
  const there = available.length === 0 ? "" : `; there is ${available.join(", ")}`;
  throw new AuthError(
    `The cloud "${where.cloud}" has the profile "${URL.canParse(name) ? redactUrl(name) : name}", which is not in ${where.path ?? "any clouds-public.yaml"}${there}. ` +
      "Profiles that openstacksdk brings along, and profiles by URL, are not known here: put the profile into clouds-public.yaml, or auth_url and region_name into the cloud's entry",
    { code: "ERR_AUTH_FAILED", available },
  );
}
