import type { TestProject } from "vitest/node";
import { type Cloud, startCloud } from "./start.ts";
import { requestedSuite } from "./suite.ts";

declare module "vitest" {
  export interface ProvidedContext {
    cloud: Omit<Cloud, "stop">;
  }
}

/** Starts the cloud that all test files share; they get at it through `inject("cloud")`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The cloud is on this machine, whatever proxies there are.
  process.env["no_proxy"] = "*";
  const { stop, ...cloud } = await startCloud({ suite: requestedSuite() });
  project.provide("cloud", cloud);
  return stop;
}
