import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GlanceSettings, listsImages, startGlance } from "./glance.ts";
import { signIn } from "./identity.ts";
import { startKeystone } from "./keystone.ts";
import { freePort, isFree, loopback } from "./ports.ts";
import { createPrograms, type Programs } from "./process.ts";
import { password, region, seed } from "./seed.ts";
import { installSuite, type Suite, type SuiteHome } from "./suite.ts";

export interface CloudOptions {
  /** The Debian release whose Glance is run, `bookworm` unless given. */
  readonly suite?: Suite;
  /** How long a token is valid, 3600 unless given. */
  readonly tokenSeconds?: number;
  /** The ports of 127.0.0.1 that web-download may read from: all of them unless given. */
  readonly webDownloadPorts?: readonly number[];
  /** What an operator has changed of Glance's own settings. */
  readonly glance?: GlanceSettings;
  /** Whether there is one store, without a name, in place of `fast` and `slow`. */
  readonly singleStore?: boolean;
}

export interface Cloud {
  readonly suite: Suite;
  readonly authUrl: string;
  readonly imageUrl: string;
  readonly region: "RegionOne";
  /** Has the logs, the configuration and the stores; removed by `stop`. */
  readonly directory: string;
  /** A file with the clouds `admin`, `demo` and `other`. */
  readonly cloudsYaml: string;
  stop(): Promise<void>;
}

interface StartOptions extends Omit<CloudOptions, "suite"> {
  readonly home: SuiteHome;
}

interface Ports {
  readonly keystone: number;
  readonly glance: number;
}

const attempts = 3;

/** Starts a Keystone and a Glance of their own, which end at the latest when this process does. */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const { suite = "bookworm", ...others } = options;
  const home = await installSuite(suite);
  for (let attempt = 1; ; attempt += 1) {
    const ports = { keystone: await freePort(), glance: await freePort() };
    try {
      return { suite, ...(await startOn(ports, { ...others, home })) };
    } catch (error) {
      if (attempt === attempts || !(await wasTaken(ports))) throw error;
    }
  }
}

/** Asked when nothing of ours runs any more: what listens then has listened before. */
async function wasTaken({ keystone, glance }: Ports): Promise<boolean> {
  return keystone === glance || !(await isFree(keystone)) || !(await isFree(glance));
}

async function startOn(ports: Ports, options: StartOptions): Promise<Omit<Cloud, "suite">> {
  const directory = await mkdtemp(join(tmpdir(), "imagewright-cloud-"));
  const programs = createPrograms(directory);
  try {
    return { ...(await startPrograms(programs, directory, ports, options)), stop: programs.end };
  } catch (error) {
    await programs.end();
    throw error;
  }
}

async function startPrograms(
  programs: Programs,
  directory: string,
  ports: Ports,
  {
    tokenSeconds = 3600,
    webDownloadPorts = [],
    glance: settings = {},
    singleStore = false,
    home,
  }: StartOptions,
): Promise<Omit<Cloud, "suite" | "stop">> {
  const authUrl = `http://${loopback}:${ports.keystone}/v3`;
  const imageUrl = `http://${loopback}:${ports.glance}`;
  const cloudsYaml = join(directory, "clouds.yaml");

  const [glance] = await Promise.all([
    startGlance(programs, {
      directory,
      port: ports.glance,
      authUrl,
      imageUrl,
      webDownloadPorts,
      settings,
      singleStore,
      home,
    }),
    startKeystone(programs, { directory, port: ports.keystone, authUrl, tokenSeconds }).then(() =>
      seed(authUrl, imageUrl),
    ),
    writeFile(cloudsYaml, cloudsConfiguration(authUrl)),
  ]);
  const { token } = await signIn(authUrl, { user: "demo", project: "demo", password });
  await programs.untilHealthy(glance, () => listsImages(imageUrl, token));
  return { authUrl, imageUrl, region, directory, cloudsYaml };
}

/** A text of JSON is a text of YAML, too. */
function cloudsConfiguration(authUrl: string): string {
  const clouds = ["admin", "demo", "other"].map((name) => [name, cloudConfiguration(authUrl, name)]);
  return `${JSON.stringify({ clouds: Object.fromEntries(clouds) }, null, 2)}\n`;
}

function cloudConfiguration(authUrl: string, name: string): object {
  return {
    region_name: region,
    auth: {
      auth_url: authUrl,
      username: name,
      password,
      project_name: name,
      user_domain_name: "Default",
      project_domain_name: "Default",
    },
  };
}
