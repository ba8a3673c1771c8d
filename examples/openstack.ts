/** node examples/openstack.ts [--cloud NAME]: the life of an image in an OpenStack, or in a fake one. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageManager } from "imagewright";
import { inCloud } from "./cloud.ts";
import { line } from "./line.ts";

const folder = await mkdtemp(join(tmpdir(), "imagewright-example-"));
try {
  await inCloud((backend) => line(new ImageManager(backend), folder));
} finally {
  await rm(folder, { recursive: true });
}
