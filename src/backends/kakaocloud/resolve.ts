import { type Issue, SpecError } from "../../model/index.ts";
import type { KakaoCloudOptions } from "./options.ts";

/** Who one is to KakaoCloud. */
export interface Credentials {
  readonly applicationCredentialId: string;
  /** Secret. */
  readonly applicationCredentialSecret: string;
}

const VARIABLES = {
  applicationCredentialId: "KAKAOCLOUD_APPLICATION_CREDENTIAL_ID",
  applicationCredentialSecret: "KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET",
} as const;

/**
 * The credentials that the caller gives, else those of the environment: each for itself, as Terraform's provider does.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names what is missing.
 */
export function resolveCredentials(options: KakaoCloudOptions): Credentials {
  const issues: Issue[] = [];
  const find = (name: keyof Credentials): string => {
    const value = options[name] ?? process.env[VARIABLES[name]] ?? "";
    if (value === "")
      issues.push({ path: [name], message: `is missing: give it, or set ${VARIABLES[name]}` });
    return value;
  };
  const credentials = {
    applicationCredentialId: find("applicationCredentialId"),
    applicationCredentialSecret: find("applicationCredentialSecret"),
  };
  if (issues.length > 0) throw new SpecError(issues, { subject: "The options of kakaocloud()" });
  return credentials;
}
