/** node examples/openstack.ts: an image in the OpenStack cloud that OS_CLOUD names in clouds.yaml. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageManager } from "imagewright";
import { openstack } from "imagewright/openstack";
import { line } from "./line.ts";

const cloud = process.env["OS_CLOUD"] ?? "demo";
const folder = await mkdtemp(join(tmpdir(), "imagewright-example-"));
try {
  await line(new ImageManager(await openstack({ cloud })), folder);
} finally {
  await rm(folder, { recursive: true });
}
