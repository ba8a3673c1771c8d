import { readFile, rm } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import type { ConvertOrder, ConvertReport } from "./convert-child.ts";
import { runMeasured } from "./support/process.ts";

export interface ConvertTurn {
  readonly seconds: number;
  readonly processSeconds: number;
  readonly peakRssBytes: number | undefined;
}

export interface Converter {
  readonly name: "qemu-img" | "imagewright";
  readonly sink: "nothing" | "a file";
  convert(): Promise<ConvertTurn>;
}

export interface ConvertTask {
  readonly file: string;
  readonly virtualBytes: number;
  readonly signal: AbortSignal;
}

const program = join(import.meta.dirname, "convert-child.ts");

/** All who take part: each to a sink that forgets the bytes, and to a file with holes. */
export async function converters(task: ConvertTask): Promise<readonly Converter[]> {
  const javaScript = stripTypeScriptTypes(await readFile(program, "utf8"));
  const { file, virtualBytes, signal } = task;
  const target = `${file}.converted`;

  async function qemu(...sink: string[]): Promise<ConvertTurn> {
    const { seconds, peakRssBytes } = await runMeasured("qemu-img", ["convert", ...sink], { signal });
    return { seconds, processSeconds: seconds, peakRssBytes };
  }

  async function own(order: ConvertOrder): Promise<ConvertTurn> {
    const run = await runMeasured(
      process.execPath,
      ["--input-type=module", "--eval", javaScript, JSON.stringify(order)],
      { signal, directory: import.meta.dirname },
    );
    const report: ConvertReport = JSON.parse(run.output);
    if (report.writtenBytes !== virtualBytes) throw new Error(`${report.writtenBytes} bytes came`);
    return { seconds: report.seconds, processSeconds: run.seconds, peakRssBytes: run.peakRssBytes };
  }

  const toFile = (convert: () => Promise<ConvertTurn>) => async () => {
    await rm(target, { force: true });
    return convert();
  };
  const nothing = `driver=null-co,size=${virtualBytes}`;
  return [
    { name: "qemu-img", sink: "nothing", convert: () => qemu("-n", "--target-image-opts", file, nothing) },
    { name: "imagewright", sink: "nothing", convert: () => own({ file }) },
    { name: "qemu-img", sink: "a file", convert: toFile(() => qemu("-O", "raw", file, target)) },
    { name: "imagewright", sink: "a file", convert: toFile(() => own({ file, target })) },
  ];
}
