import { randomUUID } from "node:crypto";
import { controlsOf, type FakeControls, newControls } from "../fake/controls.ts";
import { handlersFor, type Msw } from "../fake/handlers.ts";
import { serve } from "../fake/serve.ts";
import { listen } from "../fake/server.ts";
import { type FakeHuaweiOptionsOf, type FakeHuaweiUser, optionsAt } from "./access-options.ts";
import { newCloud, userOf } from "./cloud.ts";
import { served } from "./engine.ts";
import { newImage } from "./images.ts";
import type { FakeHuaweiCloudOptions } from "./options.ts";
import type {
  FakeHuaweiInstance,
  FakeHuaweiJobFailure,
  FakeHuaweiObject,
  FakeHuaweiPublicImage,
  FakeHuaweiVolume,
} from "./resources.ts";
import { projectIdOf } from "./state.ts";

/** A fake that answers on the loopback interface. */
export interface FakeHuaweiCloudServer extends FakeHuaweiOptionsOf {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A cloud in memory that answers as Huawei Cloud does: IMS below `/ims`, IAM below `/iam`, EPS below `/eps`. */
export interface FakeHuaweiCloud extends FakeControls, FakeHuaweiOptionsOf {
  /** Answers by HTTP on the loopback interface, at a free port. May be called more than once: the cloud is the same. */
  listen(): Promise<FakeHuaweiCloudServer>;
  /**
   * Handlers of msw for `http://huaweicloud.fake`, where {@link FakeHuaweiCloud.options} lead, and for the metadata of a
   * server at `http://169.254.169.254`.
   *
   * @param msw - `import * as msw from "msw"`, or an object with its `http`: imagewright itself imports no msw.
   */
  handlers<Handler>(msw: Msw<Handler>): readonly Handler[];
  /** The id of the project of a user in a region. */
  projectId(user?: FakeHuaweiUser, region?: string): string;
  /** Adds a disk, and gives its id. */
  addVolume(volume?: FakeHuaweiVolume): string;
  /** Adds a server, and gives its id. */
  addServer(server?: FakeHuaweiInstance): string;
  /**
   * Puts an object into the object storage.
   *
   * @param address - `bucket:key`.
   */
  addObject(address: string, data: Uint8Array, options?: FakeHuaweiObject): void;
  /** What is at an address of the object storage, such as what was exported there. */
  object(address: string): Uint8Array | undefined;
  /** Adds an image of the cloud's own, and gives its id. */
  addPublicImage(image: FakeHuaweiPublicImage): string;
  /** Lets the next jobs fail at their end; an upload counts as one, and leaves its image `killed`. */
  failJobs(failure: FakeHuaweiJobFailure): void;
  /** Refuses all tokens and temporary keys that were given so far, as if they had expired. */
  expireTokens(): void;
}

const ORIGIN = "http://huaweicloud.fake";
const METADATA_ORIGIN = "http://169.254.169.254";
const OS = "Ubuntu 22.04 server 64bit";

/**
 * Makes a cloud in memory that answers as the image service of Huawei Cloud does, as far as that is documented.
 *
 * ```ts
 * const fake = fakeHuaweiCloud();
 * const server = await fake.listen();
 * const manager = new ImageManager(await huaweicloud(server.options()));
 * // …
 * await server.close();
 * ```
 */
export function fakeHuaweiCloud(options: FakeHuaweiCloudOptions = {}): FakeHuaweiCloud {
  const cloud = newCloud(options);
  const [home] = cloud.settings.regions;
  const controls = newControls();
  const answer = serve(served(cloud), controls);

  return {
    ...controlsOf(controls),
    ...optionsAt(cloud, ORIGIN),
    async listen() {
      const { origin, close } = await listen(answer);
      return { origin, close, ...optionsAt(cloud, origin) };
    },
    handlers: (msw) => [...handlersFor(msw, ORIGIN, answer), ...handlersFor(msw, METADATA_ORIGIN, answer)],
    projectId: (user = "demo", region = home) => projectIdOf(cloud, userOf(user), region),
    addVolume({ id = randomUUID(), sizeGb = 40, data = new Uint8Array(), region = home } = {}) {
      cloud.volumes.set(id, { region, sizeGb, data: Uint8Array.from(data) });
      return id;
    },
    addServer({
      id = randomUUID(),
      isRunning = false,
      osVersion = OS,
      diskSizeGb = 40,
      data = new Uint8Array(),
      region = home,
    } = {}) {
      cloud.servers.set(id, { region, isRunning, osVersion, diskSizeGb, data: Uint8Array.from(data) });
      return id;
    },
    addObject(address, data, { region = home } = {}) {
      cloud.objects.set(address, { region, data: Uint8Array.from(data) });
    },
    object(address) {
      const data = cloud.objects.get(address)?.data;
      return data === undefined ? undefined : Uint8Array.from(data);
    },
    addPublicImage({ name, osVersion = OS, region = home }) {
      const call = { cloud, user: userOf("demo"), region, projectId: "", isSigned: false };
      const facts = { owner: undefined, status: "active", osVersion, minDiskGb: 40 } as const;
      const image = newImage(call, { name, ...facts, activeAtMs: cloud.nowMs() });
      cloud.images.set(image.id, image);
      return image.id;
    },
    failJobs({ count = 1, code, reason }) {
      cloud.failures = [...cloud.failures, { left: count, code, reason }];
    },
    expireTokens() {
      cloud.tokens.clear();
      cloud.temporaryKeys.clear();
    },
  };
}
