import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { cacheFile } from "../../src/transfer/cache/cache-file.ts";
import { openSource } from "../../src/transfer/index.ts";
import { rejectionOf } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";
import { httpServer } from "../support/loopback.ts";
import { canBeOpenDirect, isOpenDirect } from "../support/open-flags.ts";

const LARGE_BYTES = 64 * 2 ** 20;

/** A server that says how much will come, and sends none of it. */
const serverOf = (sizeBytes: number | undefined) =>
  httpServer((_request, response) => {
    response.writeHead(200, sizeBytes === undefined ? {} : { "content-length": sizeBytes }).flushHeaders();
  });

/** The file of the download that is under way in a folder. */
async function partialIn(directory: string): Promise<string> {
  const name = (await readdir(directory)).find((name) => name.endsWith(".part"));
  expect(name).toBeDefined();
  return join(directory, name ?? "");
}

describe.runIf(process.platform === "linux")("past the operating system's memory", () => {
  it.each([
    ["a large one is", LARGE_BYTES, true],
    ["one that may be large is", undefined, true],
    ["a small one isn't", LARGE_BYTES - 1, false],
  ])("a download is written: %s", async (_what, sizeBytes, isLarge) => {
    const cachePath = await temporaryFolder();
    const opened = await openSource({ url: await serverOf(sizeBytes), cachePath });
    const path = await partialIn(cachePath);
    expect(await isOpenDirect(path)).toBe(isLarge && (await canBeOpenDirect(path)));
    await opened.close();
  });

  it("a download isn't written that is read as soon as it is there", async () => {
    const directory = await temporaryFolder();
    const abort = new AbortController();
    const onSize = vi.fn();
    const downloaded = cacheFile(
      { url: await serverOf(LARGE_BYTES) },
      { directory },
      { checksum: undefined, onSize, signal: abort.signal },
    );
    const rejected = rejectionOf(downloaded);
    await vi.waitFor(() => expect(onSize).toHaveBeenCalled());
    expect(await isOpenDirect(await partialIn(directory))).toBe(false);
    abort.abort();
    expect(await rejected).toMatchObject({ name: "AbortError" });
  });
});
