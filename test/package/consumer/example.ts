/** The example of the guide, word for word but for what surrounds it, and what it leaves out. */
import { test } from "node:test";
import {
  formatPlan,
  type Image,
  ImageManager,
  type ImageSpecInput,
  ImagewrightError,
  type Plan,
  reconcile,
} from "imagewright";
import { directory } from "imagewright/directory";
import { memory } from "imagewright/memory";
import { openstack } from "imagewright/openstack";
import { backendConformance } from "imagewright/testing";
import * as transfer from "imagewright/transfer";

declare const bar: { update(transferredBytes: number, totalBytes: number | undefined): void };
declare const actual: Image | undefined;

export async function example(): Promise<void> {
  const images = new ImageManager(await openstack({ cloud: "devstack" }));

  const desired = {
    name: "debian-13",
    containerFormat: "bare",
    diskFormat: "qcow2",
    source: { url: "https://example.org/debian-13.qcow2", checksum: "sha512:0f" },
    minDiskGb: 2,
    properties: { os_distro: "debian", hw_disk_bus: "scsi" },
    tags: ["golden"],
  };

  images.on("upload-progress", ({ transferredBytes, totalBytes }) =>
    bar.update(transferredBytes, totalBytes),
  );
  const plan = await images.plan(desired);
  console.log(formatPlan(plan));
  const { image } = await images.apply(plan);
  await images.destroy(image.id);
}

export function planned(desired: ImageSpecInput): string {
  const plan: Plan = reconcile(desired, actual);
  switch (plan.action) {
    case "create":
    case "update":
    case "replace":
    case "delete":
    case "none":
      return plan.operations.map((operation) => operation.kind).join();
    default:
      return plan.action satisfies never;
  }
}

export async function everywhere(): Promise<readonly Plan[]> {
  const managers = [new ImageManager(memory()), new ImageManager(directory("/var/lib/images"))];
  return Promise.all(managers.map((images) => images.plan({ name: "debian-13", tags: [] })));
}

export function told(error: unknown): string {
  if (!ImagewrightError.is(error)) return String(error);
  // A misspelled code is an error of the compiler.
  return error.code === "ERR_PLAN_STALE" ? "again" : `${error.code}: ${error.retryable}`;
}

// @ts-expect-error a field that no spec has
export const misspelt: ImageSpecInput = { name: "debian-13", minDiskGB: 2 };

export const opened: Promise<unknown> = transfer.openTransfer(
  { file: "debian-13.qcow2" },
  { algorithms: ["sha256"] },
);

export function conformance(): void {
  backendConformance(test, () => memory(), { lacks: { download: "the cloud gives no data back" } });
}
