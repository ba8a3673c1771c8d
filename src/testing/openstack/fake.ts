import { randomUUID } from "node:crypto";
import type { OpenStackOptions } from "../../backends/openstack/index.ts";
import { controlsOf, type FakeControls, newControls } from "../fake/controls.ts";
import { handlersFor, type Msw } from "../fake/handlers.ts";
import { serve } from "../fake/serve.ts";
import { listen } from "../fake/server.ts";
import { served } from "./engine.ts";
import { SECRET } from "./keystone.ts";
import type { FakeOpenStackOptions } from "./options.ts";
import type { Cloud, User } from "./state.ts";

/** Who may sign in: everybody has a project of the same name, and the password `secret`. */
export type FakeUser = "admin" | "demo" | "other";

/** A fake that answers on the loopback interface. */
export interface FakeServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Options of `openstack()` that lead here. */
  options(user: FakeUser): OpenStackOptions;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A cloud in memory that answers as Keystone and Glance do. */
export interface FakeOpenStack extends FakeControls {
  /** Answers by HTTP on the loopback interface, at a free port. May be called more than once: the cloud is the same. */
  listen(): Promise<FakeServer>;
  /**
   * Handlers of msw for `http://openstack.fake`.
   *
   * @param msw - `import * as msw from "msw"`, or an object with its `http`: imagewright itself imports no msw.
   */
  handlers<Handler>(msw: Msw<Handler>): readonly Handler[];
  /** Options of `openstack()` that lead to `http://openstack.fake`, for {@link handlers}. */
  options(user: FakeUser): OpenStackOptions;
  /** The id of the project of a user. */
  projectId(user: FakeUser): string;
  /** Has web-download find data at an address; any other address has nothing. */
  serveAt(url: string, data: Uint8Array): void;
  /** Refuses all tokens that were given so far, as if they had expired. */
  expireTokens(): void;
}

const ORIGIN = "http://openstack.fake";
const USERS: readonly FakeUser[] = ["admin", "demo", "other"];

/**
 * Makes a cloud in memory that answers as a real Keystone and Glance (2023.1) do, down to what is odd about them.
 *
 * ```ts
 * const fake = fakeOpenStack();
 * const server = await fake.listen();
 * const manager = new ImageManager(await openstack(server.options("demo")));
 * // …
 * await server.close();
 * ```
 */
export function fakeOpenStack(options: FakeOpenStackOptions = {}): FakeOpenStack {
  const cloud = newCloud(options);
  const controls = newControls();
  const answer = serve(served(cloud), controls);
  const optionsAt = (origin: string, user: FakeUser): OpenStackOptions => ({
    auth: {
      authUrl: `${origin}/identity/v3`,
      username: user,
      password: SECRET,
      projectName: user,
      userDomainName: "Default",
      projectDomainName: "Default",
    },
    region: cloud.settings.region,
  });

  return {
    ...controlsOf(controls),
    async listen() {
      const { origin, close } = await listen(answer);
      return { origin, close, options: (user) => optionsAt(origin, user) };
    },
    handlers: (msw) => handlersFor(msw, ORIGIN, answer),
    options: (user) => optionsAt(ORIGIN, user),
    projectId: projectIdOf,
    serveAt(url, data) {
      cloud.web.set(url, Uint8Array.from(data));
    },
    expireTokens() {
      cloud.tokens.clear();
    },
  };
}

function newCloud({ clock, ...options }: FakeOpenStackOptions): Cloud {
  return {
    users: USERS.map(userOf),
    tokens: new Map(),
    images: new Map(),
    members: new Map(),
    tasks: new Map(),
    web: new Map(),
    settings: {
      region: options.region ?? "RegionOne",
      stores: options.stores ?? ["fast", "slow"],
      importMethods: options.importMethods ?? ["glance-direct", "web-download", "copy-image"],
      hashAlgorithm: options.hashAlgorithm ?? "sha512",
      diskFormats: ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"],
      containerFormats: ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"],
      maxPageSize: options.maxPageSize ?? 1000,
      imageSizeCapBytes: options.imageSizeCapBytes ?? 1024 ** 4,
      tokenLifetimeMs: options.tokenLifetimeMs ?? 3_600_000,
      importStepMs: options.importStepMs ?? 0,
    },
    nowMs: () => clock?.().getTime() ?? Date.now(),
    newId: randomUUID,
    sequence: 0,
  };
}

function userOf(name: FakeUser): User {
  return {
    name,
    id: `user-${name}`,
    projectId: projectIdOf(name),
    role: name === "admin" ? "admin" : "member",
  };
}

function projectIdOf(user: FakeUser): string {
  return { admin: "a", demo: "d", other: "0" }[user].repeat(32);
}
