/** What every backend promises, held against a real cloud. */
import { describe, it } from "vitest";
import { type Afterwards, backendConformance } from "../../src/testing/index.ts";
import { EXPECTATIONS } from "../backends/expectations.ts";
import { complete } from "../support/complete.ts";
import { backendOf, type OpenStack } from "./support/cloud.ts";
import { glanceOf } from "./support/glance.ts";

describe("the contract, kept by openstack", () => {
  const factory = async (afterwards: Afterwards) => emptiedAfterwards(await backendOf("demo"), afterwards);
  backendConformance(it, factory, EXPECTATIONS.openstack);
});

/** All clauses have the same project, which each leaves as empty as it found it. */
function emptiedAfterwards(openstack: OpenStack, afterwards: Afterwards): OpenStack {
  const backend = complete(openstack);
  const made = new Set<string>();
  afterwards(() => Promise.all([...made].map(removeImage)));
  return {
    ...backend,
    async create(image, options) {
      made.add(image.id);
      return backend.create(image, options);
    },
  };
}

async function removeImage(id: string): Promise<void> {
  const glance = await glanceOf("demo");
  const image = await glance.get(id);
  if (image?.protected) await glance.patch(id, [{ op: "replace", path: "/protected", value: false }]);
  if (image !== undefined) await glance.remove(id);
}
