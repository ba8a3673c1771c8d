/** What every backend promises, held against a real cloud. */
import { onTestFinished } from "vitest";
import { backendContract, complete, type Subject } from "../backends/contract.ts";
import { backendOf } from "./support/cloud.ts";
import { glanceOf } from "./support/glance.ts";

backendContract("openstack", async () => emptiedAfterwards(complete(await backendOf("demo"))), {
  // What Glance says when it wants to save the record of an image that is no more.
  deletedMeanwhile: 410,
  // Glance answers 404 for a project that isn't a member, and in the same way for an image that isn't there.
  removalFromGone: "nothing",
});

/** All clauses have the same project, which each leaves as empty as it found it. */
function emptiedAfterwards(backend: Subject): Subject {
  const made = new Set<string>();
  onTestFinished(async () => {
    await Promise.all([...made].map(removeImage));
  });
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
