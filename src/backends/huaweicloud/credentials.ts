import type { HuaweiCloudAuth, HuaweiCloudEndpoints, HuaweiCloudOptions } from "./options.ts";

/** How one shows who one is, as far as it was said. Nothing at all: as the server in the cloud that this runs on. */
export interface Credentials extends Pick<HuaweiCloudOptions, "accessKey" | "secretKey" | "securityToken"> {
  /** Gets tokens. */
  readonly auth?: HuaweiCloudAuth | undefined;
}

/** What is known of the cloud before it is asked. */
export interface Access {
  readonly region: string | undefined;
  readonly projectId: string | undefined;
  /** The project's name; where there is none, the region's is meant. */
  readonly projectName: string | undefined;
  readonly enterpriseProjectId: string | undefined;
  readonly endpoints: HuaweiCloudEndpoints;
  readonly credentials: Credentials;
}

/** The variables of the vendor's own tools, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What the caller says, over what `HW_*` variables say. Credentials are taken from one of both, never mixed; of several
 * in the variables a token comes first, as the vendor's tools have it. A project is one of a region: that of the
 * variables counts in their region alone.
 */
export function accessOf(options: HuaweiCloudOptions, variables: Variables): Access {
  const value = (name: string) => variables[`HW_${name}`] || undefined;
  const { auth } = options;
  const region = options.region ?? value("REGION_NAME");
  const isTheirRegion = region === (value("REGION_NAME") ?? region);
  const iam = options.endpoints?.iam ?? auth?.authUrl ?? value("AUTH_URL");
  return {
    region,
    projectId: options.projectId ?? auth?.projectId ?? (isTheirRegion ? value("PROJECT_ID") : undefined),
    projectName: auth?.projectName ?? (isTheirRegion ? value("PROJECT_NAME") : undefined),
    enterpriseProjectId: options.enterpriseProjectId ?? value("ENTERPRISE_PROJECT_ID"),
    endpoints: { ...options.endpoints, iam },
    credentials: givenCredentials(options) ?? variableCredentials(value),
  };
}

function givenCredentials(options: HuaweiCloudOptions): Credentials | undefined {
  const { accessKey, secretKey, securityToken, auth } = options;
  const { token, username, userId, password, passcode } = auth ?? {};
  const credentials = [accessKey, secretKey, securityToken, token, username, userId, password, passcode];
  if (credentials.every((each) => each === undefined)) return undefined;
  return { accessKey, secretKey, securityToken, auth };
}

function variableCredentials(value: (name: string) => string | undefined): Credentials {
  const token = value("AUTH_TOKEN");
  if (token !== undefined) return { auth: { token } };
  const auth = {
    username: value("USER_NAME"),
    userId: value("USER_ID"),
    password: value("PASSWORD"),
    userDomainName: value("DOMAIN_NAME"),
    userDomainId: value("DOMAIN_ID"),
  };
  return {
    accessKey: value("ACCESS_KEY"),
    secretKey: value("SECRET_KEY"),
    securityToken: value("SECURITY_TOKEN"),
    // A domain alone is no credential.
    auth: auth.password === undefined ? undefined : auth,
  };
}
