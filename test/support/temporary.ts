import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** The path of a file with this content, which is removed when the test ends. */
export async function temporaryFile(content: Uint8Array): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "imagewright-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const file = join(directory, "disk.img");
  await writeFile(file, content);
  return file;
}
