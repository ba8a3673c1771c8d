/** What the name of an operating system says, such as `Ubuntu 22.04 server 64bit`. */
export interface OsFacts {
  readonly platform: string;
  /** `Linux` or `Windows`. */
  readonly type: string;
  readonly bits: string;
}

const PLATFORMS: readonly string[] = [
  "Windows",
  "Ubuntu",
  "RedHat",
  "SUSE",
  "CentOS",
  "Debian",
  "OpenSUSE",
  "Oracle Linux",
  "Fedora",
  "CoreOS",
  "EulerOS",
  "Huawei Cloud EulerOS",
  "openEuler",
  "AlmaLinux",
  "Rocky Linux",
  "FreeBSD",
  "Other",
];

export const OTHER_LINUX = "Other Linux(64 bit)";

/** The list that is offered: one version of each. */
const OS_VERSIONS: readonly string[] = [
  "CentOS 7.9 64bit",
  "Debian 12.0.0 64bit",
  "Huawei Cloud EulerOS 2.0 64bit",
  "Other Linux(64 bit)",
  "Rocky Linux 9.4 64bit",
  "Ubuntu 22.04 server 64bit",
  "Windows Server 2022 Standard 64bit",
];

/** `undefined` for a system that nobody knows. */
export function osFacts(version: string, osType: string | undefined): OsFacts | undefined {
  const platform = PLATFORMS.find((name) => version.toLowerCase().startsWith(name.toLowerCase()));
  if (platform === undefined) return undefined;
  const isWindows = platform === "Windows" || /windows/i.test(version);
  return {
    platform,
    type: osType ?? (isWindows ? "Windows" : "Linux"),
    bits: /32 ?bit/i.test(version) ? "32" : "64",
  };
}

/** `GET /v1/cloudimages/os_version`. */
export function osCatalogue(): readonly unknown[] {
  return OS_VERSIONS.map((version) => {
    const { platform = "Other", type = "Linux", bits = "64" } = osFacts(version, undefined) ?? {};
    const entry = {
      platform,
      os_version_key: version,
      os_version: version,
      os_bit: Number(bits),
      os_type: type,
    };
    return { platform, version_list: [entry] };
  });
}
