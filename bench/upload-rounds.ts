import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant, Turn } from "./contestants/contestant.ts";
import { curl, downloadByHand } from "./contestants/curl.ts";
import { imagewright } from "./contestants/imagewright.ts";
import { peer } from "./contestants/peer.ts";
import { accountOf, deleteImages, signIn } from "./support/cloud.ts";
import { writeRandomFile } from "./support/random-file.ts";
import { serve } from "./support/serve.ts";
import type { Result } from "./upload-report.ts";

export interface Comparison {
  /** Where the data comes from. */
  readonly from: "file" | "url";
  /** Its name in clouds.yaml. */
  readonly cloud: string;
  readonly sizeBytes: number;
  readonly rounds: number;
  /** How many bytes a second the server of the URL sends over a connection. Default: no limit. */
  readonly throttleBytes?: number | undefined;
  readonly peerCommand: string | undefined;
}

/** Leaves no image and no file, interrupted or not. */
export async function compare({
  from,
  cloud,
  sizeBytes,
  rounds,
  throttleBytes,
  peerCommand,
}: Comparison): Promise<readonly Result[]> {
  const account = await accountOf(cloud);
  const ending = new AbortController();
  process.once("SIGINT", () => ending.abort());
  const folder = await mkdtemp(join(tmpdir(), "imagewright-bench-"));
  const name = `imagewright-bench-${randomUUID()}`;
  const removeImages = async () => deleteImages(await signIn(account), name);
  try {
    const file = join(folder, "random.raw");
    const { signal } = ending;
    await writeRandomFile(file, sizeBytes);
    const url = from === "url" ? `${await serve(file, signal, throttleBytes)}/random.raw` : undefined;
    const task = { file, url, folder, name, signal };
    const contestants = [...(await imagewright(task, cloud)), curl(task, account)];
    if (from === "url") contestants.push(downloadByHand(task, account));
    if (peerCommand !== undefined) contestants.push(peer(task, account, peerCommand));
    console.log(explanation(contestants, { sizeBytes, rounds }));

    await takeTurns(contestants, 1, removeImages);
    console.log("From here on it counts.");
    return await takeTurns(contestants, rounds, removeImages);
  } finally {
    ending.abort();
    await removeImages();
    await rm(folder, { recursive: true });
  }
}

function explanation(
  contestants: readonly Contestant[],
  { sizeBytes, rounds }: Pick<Comparison, "sizeBytes" | "rounds">,
) {
  return `${rounds} × ${sizeBytes} random bytes to one cloud, in turns, from the page cache, after a first turn
of each that doesn't count.

"s" is from before the image is created until it is known to be active, without deleting it:
${contestants.map(({ name, span }) => `  ${name.padEnd(11)}  ${span}`).join("\n")}
"process s" is from start to end of its processes, signing in (imagewright, peer) and deleting (peer) included.
"peak MB" is the most resident memory of the whole process, in the worst turn.
Node ${process.versions.node}, ${availableParallelism()} processors, load before: ${loadavg()[0]?.toFixed(2)}
`;
}

/** Each round begins with another contestant. */
async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
  removeImages: () => Promise<void>,
): Promise<readonly Result[]> {
  const results = contestants.map((contestant) => ({ contestant, turns: [] as Turn[] }));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % results.length;
    for (const { contestant, turns } of [...results.slice(first), ...results.slice(0, first)]) {
      // What the last one has left to be written would be written beside this one.
      execFileSync("sync");
      const turn = await contestant.upload();
      await removeImages();
      turns.push(turn);
      console.log(
        `${round + 1}  ${contestant.name.padEnd(11)}  ${turn.seconds.toFixed(2)} s  ${turn.remark}`,
      );
    }
  }
  return results.map(({ contestant, turns }) => ({ contestant: contestant.name, turns }));
}
