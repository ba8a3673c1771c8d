import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDatabase } from "./database.ts";
import { succeeds } from "./health.ts";
import { loopback } from "./ports.ts";
import type { Program, Programs } from "./process.ts";
import { accounts, password } from "./seed.ts";
import type { SuiteHome } from "./suite.ts";

/** What an operator may change of Glance's own settings. */
export interface GlanceSettings {
  /** A name of Python's `hashlib`; `sha512` unless given. */
  readonly hashingAlgorithm?: string;
  readonly diskFormats?: readonly string[];
  /** Properties of images, as in `schema-image.json`: those of Debian unless given. */
  readonly imageSchema?: Readonly<Record<string, object>>;
  /** The most bytes of one image (`image_size_cap`). */
  readonly imageSizeCapBytes?: number;
}

interface GlanceOptions {
  readonly directory: string;
  readonly port: number;
  readonly authUrl: string;
  readonly imageUrl: string;
  readonly webDownloadPorts: readonly number[];
  readonly settings: GlanceSettings;
  readonly singleStore: boolean;
  readonly home: SuiteHome;
}

/** Starts a Glance, which answers requests with a token only once its Keystone knows its user. */
export async function startGlance(programs: Programs, options: GlanceOptions): Promise<Program> {
  const { directory, home } = options;
  const databaseFile = join(directory, "glance.db");
  const configFile = join(directory, "glance-api.conf");
  await writeFile(configFile, configuration(options, databaseFile));
  // Glance looks for it beside its configuration first.
  if (options.settings.imageSchema !== undefined)
    await writeFile(join(directory, "schema-image.json"), JSON.stringify(options.settings.imageSchema));
  await createDatabase(programs, {
    file: databaseFile,
    packageName: "python3-glance",
    dpkg: home.dpkg,
    manage: home.commandIn(directory, ["/usr/bin/glance-manage", "--config-file", configFile]),
    steps: [["db_sync"]],
  });
  return programs.start(
    "glance",
    home.commandIn(directory, ["/usr/bin/glance-api", "--config-file", configFile]),
  );
}

/** Only a Glance that trusts the token's Keystone gives its images: not one that took the port before. */
export async function listsImages(imageUrl: string, token: string): Promise<boolean> {
  return succeeds(`${imageUrl}/v2/images`, { "x-auth-token": token });
}

function configuration(options: GlanceOptions, databaseFile: string): string {
  const { directory, port, authUrl, imageUrl, webDownloadPorts, settings, singleStore } = options;
  const stores = join(directory, "stores");
  return `[DEFAULT]
bind_host = ${loopback}
bind_port = ${port}
workers = 1
public_endpoint = ${imageUrl}
worker_self_reference_url = ${imageUrl}
${singleStore ? `node_staging_uri = file://${join(stores, "staging")}` : "enabled_backends = fast:file, slow:file"}
enabled_import_methods = [glance-direct,web-download,copy-image]
show_image_direct_url = true
show_multiple_locations = true
${settingLines({ hashing_algorithm: settings.hashingAlgorithm, image_size_cap: settings.imageSizeCapBytes })}
[image_format]
${settingLines({ disk_formats: settings.diskFormats?.join(",") })}
[database]
connection = sqlite:///${databaseFile}
${singleStore ? oneStore(stores) : severalStores(stores)}[keystone_authtoken]
auth_type = password
auth_url = ${authUrl}
www_authenticate_uri = ${authUrl}
username = ${accounts.glance.user}
password = ${password}
project_name = ${accounts.glance.project}
user_domain_name = Default
project_domain_name = Default
[oslo_policy]
policy_dirs = none
[paste_deploy]
flavor = keystone
config_file = /usr/share/glance-common/glance-api-paste.ini
[import_filtering_opts]
allowed_hosts = [${loopback}]
allowed_ports = [${webDownloadPorts.join(",")}]
`;
}

function settingLines(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]))
    .join("\n");
}

function oneStore(directory: string): string {
  return `[glance_store]
stores = file
default_store = file
filesystem_store_datadir = ${join(directory, "only")}
`;
}

function severalStores(directory: string): string {
  return `[glance_store]
default_backend = fast
[fast]
filesystem_store_datadir = ${join(directory, "fast")}
[slow]
filesystem_store_datadir = ${join(directory, "slow")}
[os_glance_staging_store]
filesystem_store_datadir = ${join(directory, "staging")}
[os_glance_tasks_store]
filesystem_store_datadir = ${join(directory, "tasks")}
`;
}
