import type { CloudConfig } from "./clouds.ts";

/** What holds of a vendor's cloud where nobody says otherwise. */
export interface CloudDefaults {
  readonly authUrl?: string | undefined;
  /** The domain of users who are named without one. */
  readonly userDomainName?: string | undefined;
  /** Where a service is in several regions, and none is named. */
  readonly region?: string | undefined;
}

/** A configuration over a vendor's defaults. */
export function withDefaults(config: CloudConfig, { authUrl, userDomainName }: CloudDefaults): CloudConfig {
  const { auth } = config;
  const namesDomain = [auth.userDomainName, auth.userDomainId, auth.domainName, auth.domainId].some(
    (value) => value !== undefined,
  );
  return {
    ...config,
    auth: {
      ...auth,
      authUrl: auth.authUrl ?? authUrl,
      userDomainName: namesDomain ? auth.userDomainName : userDomainName,
    },
  };
}
