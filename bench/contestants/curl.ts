import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Account, deleteImages, property, signIn } from "../support/cloud.ts";
import { type ProcessRun, runMeasured } from "../support/process.ts";
import type { Contestant, Task, Turn } from "./contestant.ts";

const pollIntervalMs = 100;

/** The least that an upload can be: three requests, and nobody looks at what was stored. */
export function curl(task: Task, account: Account): Contestant {
  /** On a command line everybody could read the token. */
  const headerFile = `${task.file}.headers`;
  const from = task.url ?? task.file;
  const put = `curl -sSf -H @"$0" -H "content-type: application/octet-stream" -H "expect:" "$1"`;
  const send = task.url === undefined ? `${put} -T "$2"` : `curl -sSf "$2" | ${put} -T -`;

  async function upload(): Promise<Turn> {
    const access = await signIn(account);
    const { token, imageUrl } = access;
    // Glance asks Keystone about a token when it first sees it: for imagewright, too, that was before.
    await deleteImages(access, task.name);
    await writeFile(headerFile, `x-auth-token: ${token}\n`, { mode: 0o600 });
    const runs: ProcessRun[] = [];

    async function request(path: string, ...parameters: string[]): Promise<unknown> {
      const common = ["--silent", "--show-error", "--fail-with-body", "--header", `@${headerFile}`];
      const run = await runMeasured("curl", [...common, ...parameters, `${imageUrl}${path}`], task);
      runs.push(run);
      return run.output === "" ? undefined : JSON.parse(run.output);
    }

    const startMs = performance.now();
    const body = { name: task.name, container_format: "bare", disk_format: "raw" };
    const created = await request("/v2/images", "--json", JSON.stringify(body));
    const path = `/v2/images/${property(created, "id")}`;
    runs.push(await runMeasured("sh", ["-c", send, headerFile, `${imageUrl}${path}/file`, from], task));
    while (property(await request(path), "status") !== "active") await sleep(pollIntervalMs);
    const seconds = (performance.now() - startMs) / 1000;

    const peaks = runs.flatMap((run) => run.peakRssBytes ?? []);
    return {
      seconds,
      processSeconds: runs.reduce((sum, run) => sum + run.seconds, 0),
      peakRssBytes: peaks.length === 0 ? undefined : Math.max(...peaks),
      remark: "active, nothing verified",
    };
  }

  const data = task.url === undefined ? "PUT of the file" : "GET of the URL piped into PUT";
  return { name: "curl", span: `one process each: POST, ${data}, GET; it is given a token`, upload };
}
