import { readFile, rm } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { runMeasured } from "../support/process.ts";
import type { UploadOrder, UploadReport } from "../upload-child.ts";
import type { Contestant, Task, Turn } from "./contestant.ts";

const program = join(import.meta.dirname, "..", "upload-child.ts");
const span = "apply(spec), signed in before: look for it, create, upload, verify";

/** From a file; or from a URL, with nothing in the cache, which ends filled, and with all of it there. */
export async function imagewright(task: Task, cloud: string): Promise<readonly Contestant[]> {
  const { file, url, folder, name } = task;
  const javaScript = stripTypeScriptTypes(await readFile(program, "utf8"));
  const upload = (source: UploadOrder["source"]) => run(javaScript, { cloud, source, name }, task.signal);
  if (url === undefined) return [{ name: "imagewright", span, upload: () => upload({ file }) }];
  const cachePath = join(folder, "cache");
  const cold = async (): Promise<Turn> => {
    await rm(cachePath, { recursive: true, force: true });
    return upload({ url, cachePath });
  };
  return [
    { name: "cold cache", span: `imagewright: ${span}, and keep the download`, upload: cold },
    { name: "warm cache", span: `imagewright: ${span}`, upload: () => upload({ url, cachePath }) },
  ];
}

/** The program runs without its types: a Node that takes them out itself has 18 MB more, which users don't pay. */
async function run(javaScript: string, order: UploadOrder, signal: AbortSignal): Promise<Turn> {
  const run = await runMeasured(
    process.execPath,
    ["--input-type=module", "--eval", javaScript, JSON.stringify(order)],
    { signal, directory: import.meta.dirname },
  );
  const report: UploadReport = JSON.parse(run.output);
  return {
    seconds: report.seconds,
    processSeconds: run.seconds,
    peakRssBytes: run.peakRssBytes ?? report.peakRssBytes,
    remark: `${report.status}, ${report.verification}`,
  };
}
