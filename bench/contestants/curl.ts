import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { byHand } from "../support/by-hand.ts";
import { type Account, deleteImages, property, signIn } from "../support/cloud.ts";
import { type ProcessRun, runMeasured } from "../support/process.ts";
import type { Contestant, Task } from "./contestant.ts";

const pollIntervalMs = 100;

/** The request with the data, as a shell's words: the shell has the variables `headers` and `image`. */
const PUT = 'curl -sSf -H @"$headers" -H "content-type: application/octet-stream" -H "expect:" "$image/file"';
const GET = 'curl -sSf "$from"';

/** The least that an upload can be: three requests, and nobody looks at what was stored. */
export function curl(task: Task, account: Account): Contestant {
  const isDownload = task.url !== undefined;
  const data = isDownload ? "GET of the URL piped into PUT" : "PUT of the file";
  return {
    name: "curl",
    span: `one process each: POST, ${data}, GET; it is given a token`,
    upload: uploadByCurl(task, account, isDownload ? `${GET} | ${PUT} -T -` : `${PUT} -T "$from"`),
  };
}

/** What imagewright does with a download, by programs that are pipes of one another. */
export function downloadByHand(task: Task, account: Account): Contestant {
  const verify = async (image: unknown): Promise<string> => {
    const [digest] = (await readFile(join(task.folder, "digest"), "utf8")).split(" ");
    if (property(image, "os_hash_value") !== digest) throw new Error("Other bytes were stored");
    return "active, verified sha512";
  };
  return {
    name: "by hand",
    span: "the same, with tee to a file that is synced and to sha512sum, which is held against what was stored",
    upload: uploadByCurl(task, account, byHand(GET, `${PUT} -T -`, true), verify),
  };
}

/** @param verify Says what is known of the image. */
function uploadByCurl(
  task: Task,
  account: Account,
  send: string,
  verify = async (_image: unknown): Promise<string> => "active, nothing verified",
): Contestant["upload"] {
  /** On a command line everybody could read the token. */
  const headers = `${task.file}.headers`;

  return async () => {
    const access = await signIn(account);
    const { token, imageUrl } = access;
    // Glance asks Keystone about a token when it first sees it: for imagewright, too, that was before.
    await deleteImages(access, task.name);
    await writeFile(headers, `x-auth-token: ${token}\n`, { mode: 0o600 });
    const runs: ProcessRun[] = [];

    async function request(path: string, ...parameters: string[]): Promise<unknown> {
      const common = ["--silent", "--show-error", "--fail-with-body", "--header", `@${headers}`];
      const run = await runMeasured("curl", [...common, ...parameters, `${imageUrl}${path}`], task);
      runs.push(run);
      return run.output === "" ? undefined : JSON.parse(run.output);
    }

    const startMs = performance.now();
    const body = { name: task.name, container_format: "bare", disk_format: "raw" };
    const created = await request("/v2/images", "--json", JSON.stringify(body));
    const path = `/v2/images/${property(created, "id")}`;
    const environment = {
      headers,
      image: `${imageUrl}${path}`,
      from: task.url ?? task.file,
      dir: task.folder,
    };
    runs.push(await runMeasured("sh", ["-c", send], { ...task, environment }));
    let image = await request(path);
    while (property(image, "status") !== "active") {
      await sleep(pollIntervalMs);
      image = await request(path);
    }
    const remark = await verify(image);
    const seconds = (performance.now() - startMs) / 1000;

    const peaks = runs.flatMap((run) => run.peakRssBytes ?? []);
    return {
      seconds,
      processSeconds: runs.reduce((sum, run) => sum + run.seconds, 0),
      peakRssBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
      remark,
    };
  };
}
