/** node examples/quickstart.ts: an image in a folder. It needs no cloud. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageManager } from "imagewright";
import { directory } from "imagewright/directory";
import { line } from "./line.ts";

const folder = await mkdtemp(join(tmpdir(), "imagewright-example-"));
try {
  await line(new ImageManager(directory(join(folder, "images"))), folder);
} finally {
  await rm(folder, { recursive: true });
}
