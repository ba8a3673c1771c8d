import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDatabase } from "./database.ts";
import { succeeds } from "./health.ts";
import { loopback } from "./ports.ts";
import type { Program, Programs } from "./process.ts";
import { password, region } from "./seed.ts";

interface KeystoneOptions {
  readonly directory: string;
  readonly port: number;
  readonly authUrl: string;
  readonly tokenSeconds: number;
}

/** Starts a Keystone that knows one user, `admin`, and has an empty catalog. */
export async function startKeystone(programs: Programs, options: KeystoneOptions): Promise<void> {
  const { directory, port, authUrl } = options;
  const databaseFile = join(directory, "keystone.db");
  const configFile = join(directory, "keystone.conf");
  await writeKeys(join(directory, "fernet-keys"));
  await writeFile(configFile, configuration(options, databaseFile));

  const server = startServer(programs, port, configFile);
  await createDatabase(programs, {
    file: databaseFile,
    packageName: "python3-keystone",
    dpkg: "/var/lib/dpkg",
    manage: ["/usr/bin/keystone-manage", "--config-file", configFile],
    steps: [["db_sync"], ["bootstrap", "--bootstrap-password", password, "--bootstrap-region-id", region]],
  });
  await programs.untilHealthy(server, () => succeeds(authUrl));
}

/** The server opens the database only when a request needs it, so it may load while that is being made. */
function startServer(programs: Programs, port: number, configFile: string): Program {
  const application = ["--plugin", "python3", "--need-app", "--wsgi-file", "/usr/bin/keystone-wsgi-public"];
  // uwsgi closes each connection without saying so; Glance would use it once more, and refuse the token.
  const http = ["--http-socket", `${loopback}:${port}`, "--add-header", "Connection: close"];
  const command = ["/usr/bin/uwsgi", ...http, ...application];
  return programs.start("keystone", command, { OS_KEYSTONE_CONFIG_FILES: configFile });
}

/** Keystone takes the highest number to make tokens with, all of them to read, and wants a staged key, 0, as well. */
async function writeKeys(directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  for (const name of ["0", "1"]) {
    await writeFile(join(directory, name), fernetKey(), { mode: 0o600 });
  }
}

function fernetKey(): string {
  return randomBytes(32).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * Four rounds are the fewest that bcrypt allows. They and the cache, which is for one process only, make Keystone
 * answer in a tenth of the time; credentials for one-time passwords don't survive that cache. There are no policies in a directory `none`: the defaults hold.
 */
function configuration({ directory, tokenSeconds }: KeystoneOptions, databaseFile: string): string {
  const keys = join(directory, "fernet-keys");
  return `[database]
connection = sqlite:///${databaseFile}
[fernet_tokens]
key_repository = ${keys}
[fernet_receipts]
key_repository = ${keys}
[credential]
key_repository = ${keys}
caching = false
[auth]
methods = password,token,application_credential,totp
[token]
expiration = ${tokenSeconds}
[identity]
password_hash_rounds = 4
[cache]
backend = oslo_cache.dict
[oslo_policy]
policy_dirs = none
`;
}
