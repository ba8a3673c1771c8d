import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** The Debian release whose Glance is run: 12 has 25.1 (OpenStack 2023.1), 13 has 30.0 (OpenStack 2025.1). */
export type Suite = "bookworm" | "trixie";

/** Where a suite's programs and packages are. */
export interface SuiteHome {
  /** The command as it is to be run by this machine, for a program that works in `directory`. */
  commandIn(directory: string, command: readonly string[]): readonly string[];
  /** The folder of dpkg's database. */
  readonly dpkg: string;
}

const run = promisify(execFile);

/** The suite that the environment asks for. */
export function requestedSuite(): Suite {
  const suite = process.env["IMAGEWRIGHT_CLOUD_SUITE"] ?? "bookworm";
  if (suite !== "bookworm" && suite !== "trixie")
    throw new Error(`IMAGEWRIGHT_CLOUD_SUITE is ${suite}, and may be bookworm or trixie`);
  return suite;
}

/** Installs what is missing: Keystone is always that of this machine, a Debian 12, and so is Glance in `bookworm`. */
export async function installSuite(suite: Suite): Promise<SuiteHome> {
  await run("/bin/sh", [join(import.meta.dirname, "install.sh")]);
  if (suite === "bookworm") return { commandIn: (_directory, command) => command, dpkg: "/var/lib/dpkg" };
  // Not in XDG_CACHE_HOME, of which every test file has its own: it would be installed anew for each.
  const root = join(homedir(), ".cache", "imagewright", suite);
  await run("/bin/sh", [join(import.meta.dirname, "install-suite.sh"), suite, root]);
  return {
    commandIn: (directory, command) => ["unshare", "--mount", ...enter(root, directory), ...command],
    dpkg: join(root, "var/lib/dpkg"),
  };
}

/** The mounts are in a namespace of the program's own, and end with it. */
function enter(root: string, directory: string): readonly string[] {
  const script = `set -e
root=$1 shared=$2
shift 2
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mkdir -p "$root$shared"
mount --bind "$shared" "$root$shared"
exec chroot "$root" "$@"`;
  // The folder around it, which the root has as well: nothing is left in the root.
  return ["/bin/sh", "-c", script, "sh", root, dirname(directory)];
}
