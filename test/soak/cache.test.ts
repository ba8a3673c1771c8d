/** Two processes download one URL to one cache and are killed at a random instant; another one comes after them. */
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { UrlSource } from "../../src/transfer/index.ts";
import { digestOf, someBytes } from "../support/bytes.ts";
import { type FileServer, fileServer } from "../support/file-server.ts";
import { type Chance, chanceOf } from "./support/chance.ts";
import { startDownloader } from "./support/downloads.ts";
import { downloads, seed } from "./support/settings.ts";

/** So many are made at the same time: most of it is waiting, for the server and for the locks of the dead. */
const LANES = 8;
const DATA = someBytes(4_000_000);
const MD5 = digestOf("md5", DATA);
const PAUSE_MS = 40;
/** How long a download takes at least. */
const DURATION_MS = (DATA.length / 65_536) * PAUSE_MS;

console.log(`IMAGEWRIGHT_SOAK_SEED=${seed}`);

interface Scene {
  readonly server: FileServer;
  readonly source: UrlSource;
  readonly directory: string;
}

async function withScene(server: FileServer, work: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "imagewright-soak-"));
  try {
    await work({ server, directory, source: { url: server.url, cachePath: directory } });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A download whose size nobody tells may be large: it is written as large ones are. */
const slowServer = (path: string, tellsSize = true) =>
  fileServer({ data: DATA, etag: '"a"', pauseMs: PAUSE_MS, tellsSize }, path);

async function json(directory: string, end: RegExp): Promise<Record<string, unknown> | undefined> {
  const name = (await readdir(directory)).find((file) => end.test(file));
  return name === undefined ? undefined : JSON.parse(await readFile(join(directory, name), "utf8"));
}

/** Whether there is a file that would be taken for the image. It has to be the image, then. */
async function isKept(directory: string): Promise<boolean> {
  const facts = await json(directory, /^\w+\.json$/);
  const name = (await readdir(directory)).find((file) => file.endsWith(".img"));
  if (facts === undefined || name === undefined) return false;
  const path = join(directory, name);
  const { size, mtimeMs } = await stat(path);
  if (facts["sizeBytes"] !== size || facts["mtimeMs"] !== mtimeMs) return false;
  expect(digestOf("md5", await readFile(path)), "a poisoned entry").toBe(MD5);
  return true;
}

/** Lets one more process download it: it asks for what is missing and no more, and ends with the image. */
async function completes({ server, source, directory }: Scene): Promise<"hit" | "resumed" | "anew"> {
  const wasKept = await isKept(directory);
  const syncedBytes = Number((await json(directory, /\.part\.json$/))?.["syncedBytes"] ?? 0);
  const resumes = !wasKept && syncedBytes > 0 && syncedBytes < DATA.length;
  const sentBefore = server.sentBytes();
  const { download } = await startDownloader();
  expect(await download(source)).toBe(MD5);
  const missing = wasKept ? 0 : DATA.length - (resumes ? syncedBytes : 0);
  expect(server.sentBytes() - sentBefore).toBe(missing);
  expect(server.statuses.at(-1)).toBe(wasKept ? 304 : resumes ? 206 : 200);
  expect(await isKept(directory)).toBe(true);
  // A draft of facts may be left by the dead; it is swept away with age.
  expect((await readdir(directory)).filter((name) => /\.(part|part\.json|lock|stale)$/.test(name))).toEqual(
    [],
  );
  return wasKept ? "hit" : resumes ? "resumed" : "anew";
}

async function killAndComplete(scene: Scene, chance: Chance): Promise<string> {
  const pair = await Promise.all([startDownloader(), startDownloader()]);
  const told = pair.map(({ download }) => download(scene.source));
  const victims = chance.pick<readonly number[]>([[0], [1], [0, 1], [0, 1]]);
  await sleep(chance.number() * DURATION_MS * 1.2);
  for (const victim of victims) pair[victim]?.kill();
  for (const [index, md5] of (await Promise.all(told)).entries())
    if (md5 !== undefined || !victims.includes(index)) expect(md5).toBe(MD5);
  // What the server has on its way to the dead.
  await sleep(3 * PAUSE_MS);
  return completes(scene);
}

test(`${downloads} downloads of two processes that are killed at random`, async () => {
  const ends: string[] = [];
  const servers = await Promise.all(
    Array.from({ length: downloads }, (_, index) => slowServer(`/${index}`, index % 2 === 0)),
  );
  const rounds = servers.entries();
  const lane = async () => {
    for (const [round, server] of rounds)
      await withScene(server, async (scene) => {
        ends.push(await killAndComplete(scene, chanceOf(`downloads ${round}`)));
      });
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const counts = Object.entries(Object.groupBy(ends, (end) => end)).map(
    ([end, all = []]) => `${end} ${all.length}`,
  );
  console.log(counts.join(", "));
  expect(ends).toHaveLength(downloads);
});

test.each([
  ["known", true],
  ["unknown", false],
])(
  "a download of %s size that is killed when something is on the disk is taken up from there",
  async (_what, tellsSize) => {
    await withScene(await slowServer("/image", tellsSize), async (scene) => {
      const first = await startDownloader();
      const told = first.download(scene.source);
      while (!(Number((await json(scene.directory, /\.part\.json$/))?.["syncedBytes"] ?? 0) > 0))
        await sleep(50);
      first.kill();
      expect(await told).toBe(undefined);
      await sleep(3 * PAUSE_MS);
      expect(await completes(scene)).toBe("resumed");
    });
  },
);
