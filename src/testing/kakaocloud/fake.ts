import { randomUUID } from "node:crypto";
import type { KakaoCloudOptions } from "../../backends/kakaocloud/index.ts";
import { MEMBER_STATUSES, type MemberStatus } from "../../model/index.ts";
import { controlsOf, type FakeControls, newControls } from "../fake/controls.ts";
import { handlersFor, type Msw } from "../fake/handlers.ts";
import { serve } from "../fake/serve.ts";
import { listen } from "../fake/server.ts";
import { served } from "./engine.ts";
import { SECRET } from "./iam.ts";
import { setMember } from "./members.ts";
import type { FakeKakaoCloudOptions } from "./options.ts";
import type { Cloud } from "./state.ts";
import { memberOf } from "./view.ts";

/** Who may sign in: everybody has a project of the same name, and an application credential. */
export type FakeKakaoCloudUser = "demo" | "other";

/** A fake that answers on the loopback interface. */
export interface FakeKakaoCloudServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Options of `kakaocloud()` that lead here. Default: those of `demo`. */
  options(user?: FakeKakaoCloudUser): KakaoCloudOptions;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A volume that images can be made of. */
export interface FakeVolume {
  /** A UUID. Default: a new one. */
  readonly id?: string | undefined;
  /** Default: 30. */
  readonly sizeGb?: number | undefined;
  /** Whose it is. Default: `demo`. */
  readonly owner?: FakeKakaoCloudUser | undefined;
  /** What is on it. Default: `ubuntu`. */
  readonly distro?: string | undefined;
}

/** A cloud in memory that answers as KakaoCloud does: `/iam`, `/discovery`, `/image` and `/volume` at one origin. */
export interface FakeKakaoCloud extends FakeControls {
  /** Answers by HTTP on the loopback interface, at a free port. May be called more than once: the cloud is the same. */
  listen(): Promise<FakeKakaoCloudServer>;
  /**
   * Handlers of msw for `https://kakaocloud.fake`.
   *
   * @param msw - `import * as msw from "msw"`, or an object with its `http`: imagewright itself imports no msw.
   */
  handlers<Handler>(msw: Msw<Handler>): readonly Handler[];
  /** Options of `kakaocloud()` that lead to `https://kakaocloud.fake`, for {@link handlers}. Default: those of `demo`. */
  options(user?: FakeKakaoCloudUser): KakaoCloudOptions;
  /** The id of the project of a user. */
  projectId(user: FakeKakaoCloudUser): string;
  /** Adds a volume. @returns Its id. */
  addVolume(volume?: FakeVolume): string;
  /** Lets the next images fail: they end in this status and never become active. Default: one, in `error`. */
  failCreation(failure?: { readonly count?: number | undefined; readonly status?: string | undefined }): void;
  /** Has a project answer to an image that is shared with it, as its console would. */
  answerSharing(imageId: string, user: FakeKakaoCloudUser, status: MemberStatus): void;
  /** Refuses all tokens that were given so far, as if they had expired. */
  expireTokens(): void;
}

const ORIGIN = "https://kakaocloud.fake";
const USERS: readonly FakeKakaoCloudUser[] = ["demo", "other"];
const TWELVE_HOURS_MS = 12 * 3_600_000;

/**
 * Makes a cloud in memory that answers as KakaoCloud does, as far as that is known: images come of volumes and take a
 * while, deletions too, almost every field may be missing, and refusals have three forms.
 *
 * ```ts
 * const fake = fakeKakaoCloud();
 * const volumeId = fake.addVolume();
 * const server = await fake.listen();
 * const manager = new ImageManager(await kakaocloud(server.options()));
 * await manager.apply({ name: "web-golden-01", source: { volumeId } });
 * await server.close();
 * ```
 */
export function fakeKakaoCloud(options: FakeKakaoCloudOptions = {}): FakeKakaoCloud {
  const cloud = newCloud(options);
  const controls = newControls();
  const answer = serve(served(cloud), controls);
  const optionsAt = (origin: string, user: FakeKakaoCloudUser = "demo"): KakaoCloudOptions => ({
    applicationCredentialId: `credential-${user}`,
    applicationCredentialSecret: SECRET,
    region: options.region ?? "kr-central-2",
    endpoints: { discovery: `${origin}/discovery` },
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
    addVolume: (volume) => addVolume(cloud, volume),
    failCreation({ count = 1, status = "error" } = {}) {
      cloud.outcomes = [...cloud.outcomes, ...Array.from({ length: count }, () => status)];
    },
    answerSharing: (imageId, user, status) => answerSharing(cloud, imageId, projectIdOf(user), status),
    expireTokens() {
      cloud.tokens.clear();
    },
  };
}

function newCloud({ clock, region: _region, ...options }: FakeKakaoCloudOptions): Cloud {
  return {
    projects: USERS.map((name) => ({ name, id: projectIdOf(name) })),
    tokens: new Map(),
    images: new Map(),
    volumes: new Map(),
    outcomes: [],
    settings: {
      maxPageSize: options.maxPageSize ?? 1000,
      tokenLifetimeMs: options.tokenLifetimeMs ?? TWELVE_HOURS_MS,
      tellsExpiry: options.tellsExpiry ?? true,
      readsPerState: options.readsPerState ?? 1,
      stateMs: options.stateMs ?? 0,
      readsUntilKnown: options.readsUntilKnown ?? 0,
      readsUntilGone: options.readsUntilGone ?? 1,
      readsUntilShared: options.readsUntilShared ?? 0,
      absentFields: options.absentFields ?? [],
    },
    nowMs: () => clock?.().getTime() ?? Date.now(),
    newId: randomUUID,
    sequence: 0,
  };
}

function addVolume({ volumes }: Cloud, volume: FakeVolume = {}): string {
  const { id = randomUUID(), sizeGb = 30, owner = "demo", distro = "ubuntu" } = volume;
  const osInfo = { type: "linux", distro, architecture: "x86_64", admin_user: distro, is_hidden: false };
  volumes.set(id, { id, owner: projectIdOf(owner), sizeGb, osInfo });
  return id;
}

function answerSharing(cloud: Cloud, imageId: string, project: string, status: MemberStatus): void {
  const image = cloud.images.get(imageId);
  const member = image === undefined ? undefined : memberOf(image, project);
  if (image === undefined || member === undefined || !MEMBER_STATUSES.includes(status))
    throw new Error(`Image ${imageId} is not shared with ${project}, or ${status} is no answer`);
  setMember(cloud, image, { ...member, status, updatedAtMs: cloud.nowMs() });
}

function projectIdOf(user: FakeKakaoCloudUser): string {
  return { demo: "d", other: "0" }[user].repeat(32);
}
