import type { OpenStackOptions } from "../../backends/openstack/index.ts";
import { controlsOf, type FakeControls, newControls } from "../fake/controls.ts";
import { handlersFor, type Msw } from "../fake/handlers.ts";
import { serve } from "../fake/serve.ts";
import { listen } from "../fake/server.ts";
import { type FakeUser, projectIdOf } from "./cloud.ts";
import { served } from "./engine.ts";
import type { Cloud } from "./state.ts";

/** A fake that answers on the loopback interface. */
export interface FakeServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string;
  /** Options of the backend (`openstack()`, `vkcs()`) that lead here. Default: those of `demo`. */
  options(user?: FakeUser): OpenStackOptions;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** A cloud in memory that has a Keystone and a Glance. */
export interface FakeGlance extends FakeControls {
  /** Answers by HTTP on the loopback interface, at a free port. May be called more than once: the cloud is the same. */
  listen(): Promise<FakeServer>;
  /**
   * Handlers of msw for the fake's own address.
   *
   * @param msw - `import * as msw from "msw"`, or an object with its `http`: imagewright itself imports no msw.
   */
  handlers<Handler>(msw: Msw<Handler>): readonly Handler[];
  /** Options of the backend that lead to the fake's own address, for {@link handlers}. Default: those of `demo`. */
  options(user?: FakeUser): OpenStackOptions;
  /** The id of the project of a user. */
  projectId(user: FakeUser): string;
  /** Refuses all tokens that were given so far, as if they had expired. */
  expireTokens(): void;
}

/** Serves a cloud. */
export function fakeGlance(
  cloud: Cloud,
  {
    origin: own,
    optionsAt,
  }: {
    /** For msw. */
    readonly origin: string;
    readonly optionsAt: (origin: string, user: FakeUser) => OpenStackOptions;
  },
): FakeGlance {
  const controls = newControls();
  const answer = serve(served(cloud), controls);
  return {
    ...controlsOf(controls),
    async listen() {
      const { origin, close } = await listen(answer);
      return { origin, close, options: (user = "demo") => optionsAt(origin, user) };
    },
    handlers: (msw) => handlersFor(msw, own, answer),
    options: (user = "demo") => optionsAt(own, user),
    projectId: projectIdOf,
    expireTokens() {
      cloud.tokens.clear();
    },
  };
}
