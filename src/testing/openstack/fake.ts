import { randomUUID } from "node:crypto";
import type { OpenStackOptions } from "../../backends/openstack/index.ts";
import type { Controls, Failure, JournalEntry } from "./controls.ts";
import { handlersFor, type Msw } from "./handlers.ts";
import { SECRET } from "./keystone.ts";
import type { FakeOpenStackOptions } from "./options.ts";
import { serve } from "./serve.ts";
import { listen } from "./server.ts";
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
export interface FakeOpenStack {
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
  /** Lets the next requests fail, the first that match, without doing what they ask for. */
  failNext(failure: Failure): void;
  /** Cuts the connection of the next upload, staging or download after so many bytes. */
  resetAfter(cut: { readonly bytes: number }): void;
  /** Lets every request wait for so many milliseconds from now on. */
  delay(ms: number): void;
  /** Has web-download find data at an address; any other address has nothing. */
  serveAt(url: string, data: Uint8Array): void;
  /** Refuses all tokens that were given so far, as if they had expired. */
  expireTokens(): void;
  /** The requests so far, in the order of their answers. No secret is in it. */
  readonly journal: readonly JournalEntry[];
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
  const controls: Controls = { failures: [], resetAfterBytes: undefined, delayMs: 0, journal: [] };
  const answer = serve(cloud, controls);
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
    async listen() {
      const { origin, close } = await listen(answer);
      return { origin, close, options: (user) => optionsAt(origin, user) };
    },
    handlers: (msw) => handlersFor(msw, ORIGIN, answer),
    options: (user) => optionsAt(ORIGIN, user),
    projectId: projectIdOf,
    failNext(failure) {
      controls.failures = [...controls.failures, { left: failure.count ?? 1, failure }];
    },
    resetAfter({ bytes }) {
      controls.resetAfterBytes = bytes;
    },
    delay(ms) {
      controls.delayMs = ms;
    },
    serveAt(url, data) {
      cloud.web.set(url, Uint8Array.from(data));
    },
    expireTokens() {
      cloud.tokens.clear();
    },
    get journal() {
      return [...controls.journal];
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
