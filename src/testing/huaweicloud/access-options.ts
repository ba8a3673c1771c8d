import { userOf } from "./cloud.ts";
import { imsPath, PASSWORD } from "./iam.ts";
import { temporaryKey } from "./instance-metadata.ts";
import { type Cloud, projectIdOf } from "./state.ts";

/** Who has an account, of the same name, with a project in each region. */
export type FakeHuaweiUser = "demo" | "other";

/** Where the services of the fake are. */
export interface FakeHuaweiEndpoints {
  readonly iam: string;
  readonly ims: string;
  readonly eps: string;
}

/** Options of `huaweicloud()` with an access key. */
export interface FakeHuaweiAccessOptions {
  readonly region: string;
  readonly projectId: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** With a key that is good for some time. */
  readonly securityToken?: string;
  readonly endpoints: FakeHuaweiEndpoints;
}

/** Options of `huaweicloud()` with a password: image data is uploaded with the token that it is good for. */
export interface FakeHuaweiPasswordOptions {
  readonly region: string;
  readonly projectId: string;
  readonly auth: {
    readonly authUrl: string;
    readonly username: string;
    readonly password: string;
    readonly userDomainName: string;
    readonly projectName: string;
  };
  readonly endpoints: FakeHuaweiEndpoints;
}

/** The options that lead to the fake. Without a region: to its home region. */
export interface FakeHuaweiOptionsOf {
  /** With an access key that signs, and a password for uploads, which take a token. */
  options(
    user?: FakeHuaweiUser,
    region?: string,
  ): FakeHuaweiAccessOptions & Pick<FakeHuaweiPasswordOptions, "auth">;
  /** With an access key alone. */
  keyOptions(user?: FakeHuaweiUser, region?: string): FakeHuaweiAccessOptions;
  /** With an access key that is new and as good as a token is. */
  temporaryOptions(user?: FakeHuaweiUser, region?: string): FakeHuaweiAccessOptions;
  /** With a password. */
  passwordOptions(user?: FakeHuaweiUser, region?: string): FakeHuaweiPasswordOptions;
}

export function optionsAt(cloud: Cloud, origin: string): FakeHuaweiOptionsOf {
  const { regions } = cloud.settings;
  const [home] = regions;
  const common = (user: FakeHuaweiUser, region: string) => ({
    region,
    projectId: projectIdOf(cloud, userOf(user), region),
    endpoints: { iam: `${origin}/iam`, ims: `${origin}${imsPath(region)}`, eps: `${origin}/eps` },
  });
  const key = (user: FakeHuaweiUser) => {
    const { accessKey, secretKey } = userOf(user);
    return { accessKey, secretKey };
  };
  const password = (user: FakeHuaweiUser, region: string) => ({
    auth: {
      authUrl: `${origin}/iam/v3`,
      username: user,
      password: PASSWORD,
      userDomainName: user,
      projectName: region,
    },
  });
  return {
    options: (user = "demo", region = home) => ({
      ...common(user, region),
      ...key(user),
      ...password(user, region),
    }),
    keyOptions: (user = "demo", region = home) => ({ ...common(user, region), ...key(user) }),
    temporaryOptions(user = "demo", region = home) {
      const { accessKey, secretKey, securityToken } = temporaryKey(cloud, userOf(user));
      return { ...common(user, region), accessKey, secretKey, securityToken };
    },
    passwordOptions: (user = "demo", region = home) => ({
      ...common(user, region),
      ...password(user, region),
    }),
  };
}
