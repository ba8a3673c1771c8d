import { afterAll, beforeAll, inject } from "vitest";
import { openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager } from "../../../src/index.ts";
import type { GlanceSettings } from "../cloud/glance.ts";
import { type Cloud, startCloud } from "../cloud/start.ts";
import { authOf, type OpenStack } from "./cloud.ts";

/** A cloud for one test file, whose Glance an operator has set up otherwise. */
export interface OwnCloud {
  /** A backend that has seen nothing yet, for the project `demo`. */
  backend(): Promise<OpenStack>;
  manager(): Promise<ImageManager>;
}

/** Starts a cloud before the tests of a file, and stops it after them. */
export function ownCloud(glance: GlanceSettings): OwnCloud {
  let started: Cloud | undefined;
  const cloud = (): Cloud => {
    if (started === undefined) throw new Error("the cloud was not started");
    return started;
  };
  beforeAll(async () => {
    started = await startCloud({ suite: inject("cloud").suite, glance });
  });
  afterAll(() => started?.stop());
  const backend = (): Promise<OpenStack> => {
    const { authUrl, region } = cloud();
    return openstack({ auth: { ...authOf("demo"), authUrl }, region });
  };
  return { backend, manager: async () => new ImageManager(await backend()) };
}
