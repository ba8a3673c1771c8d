import { type Issue, SpecError } from "../../model/index.ts";
import { urlIssues } from "../http/option-issues.ts";
import type { AuthOptions } from "../keystone/auth.ts";
import { type Access, accessOf, type Credentials } from "./credentials.ts";
import { isRegion } from "./endpoints.ts";
import type { HuaweiCloudOptions } from "./options.ts";
import type { AccessKey } from "./signature.ts";

/** Who one is, and where: whole, or not there. */
export interface ResolvedAccess extends Omit<Access, "region" | "credentials"> {
  readonly region: string;
  readonly key: AccessKey | undefined;
  readonly auth: AuthOptions | undefined;
}

/**
 * What options and `HW_*` variables say, checked.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names what is wrong or missing.
 */
export function resolveAccess(options: HuaweiCloudOptions): ResolvedAccess {
  const { region = "", credentials, ...access } = accessOf(options, process.env);
  const { iam } = access.endpoints;
  const key = keyOf(credentials);
  const auth = credentials.auth === undefined ? undefined : ofAccount(credentials.auth);
  const issues = [
    ...regionIssues(region),
    ...keyIssues(credentials),
    ...(iam === undefined ? [] : urlIssues(iam, ["endpoints", "iam"])),
    ...(auth === undefined ? [] : authIssues(auth)),
  ];
  if (issues.length > 0) throw new SpecError(issues, { subject: "The access to Huawei Cloud" });
  return { ...access, region, key, auth: auth?.token || auth?.password ? auth : undefined };
}

function regionIssues(region: string): Issue[] {
  const path = ["region"];
  if (region === "") return [{ path, message: "is missing: give it, or set HW_REGION_NAME" }];
  return isRegion(region)
    ? []
    : [{ path, message: `${JSON.stringify(region)} is no region: they are such as cn-north-4` }];
}

function keyOf({ accessKey, secretKey, securityToken }: Credentials): AccessKey | undefined {
  if (!accessKey || !secretKey) return undefined;
  return { accessKey, secretKey, securityToken: securityToken || undefined };
}

function keyIssues({ accessKey, secretKey, securityToken }: Credentials): Issue[] {
  if (accessKey === undefined && secretKey === undefined && securityToken === undefined) return [];
  const missing = (name: string, variable: string) => ({
    path: [name],
    message: `is missing: an access key is accessKey and secretKey (${variable})`,
  });
  return [
    ...(accessKey ? [] : [missing("accessKey", "HW_ACCESS_KEY")]),
    ...(secretKey ? [] : [missing("secretKey", "HW_SECRET_KEY")]),
  ];
}

/** Users and projects belong to the same account, which is what Keystone calls a domain. */
function ofAccount(auth: AuthOptions): AuthOptions {
  const { userDomainId, userDomainName, domainId, domainName, projectId: _, projectName: __, ...rest } = auth;
  const account = {
    domainId: userDomainId ?? (userDomainName === undefined ? domainId : undefined),
    domainName: userDomainName ?? domainName,
  };
  return { ...rest, ...account };
}

function authIssues({
  token,
  password,
  username,
  userId,
  passcode,
  domainId,
  domainName,
}: AuthOptions): Issue[] {
  if (token) return [];
  if ([token, password, username, userId, passcode].every((each) => each === undefined)) return [];
  const missing = (key: string, what: string) => ({ path: ["auth", key], message: `is missing: ${what}` });
  return [
    ...(password ? [] : [missing("password", "a user gets tokens with a password (HW_PASSWORD)")]),
    ...(username || userId ? [] : [missing("username", "whose password it is (HW_USER_NAME)")]),
    ...(userId || domainId || domainName
      ? []
      : [missing("userDomainName", "the name of the account that the user is of (HW_DOMAIN_NAME)")]),
  ];
}
