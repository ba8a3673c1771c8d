import { readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { runMeasured } from "../support/process.ts";
import type { UploadOrder, UploadReport } from "../upload-child.ts";
import type { Contestant, Task, Turn } from "./contestant.ts";

const program = join(import.meta.dirname, "..", "upload-child.ts");

/** The program runs without its types: a Node that takes them out itself has 18 MB more, which users don't pay. */
export async function imagewright({ file, name, signal }: Task, cloud: string): Promise<Contestant> {
  const javaScript = stripTypeScriptTypes(await readFile(program, "utf8"));

  async function upload(): Promise<Turn> {
    const order: UploadOrder = { cloud, file, name };
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

  return {
    name: "imagewright",
    span: "apply(spec), signed in before: look for it, create, upload, verify",
    upload,
  };
}
