import { join } from "node:path";
import { run } from "./run.ts";

/** What `qemu-img info` says of a file, in its own words. */
export interface QemuInfo {
  readonly format: string;
  readonly "virtual-size": number;
  readonly "backing-filename"?: string;
  readonly "cluster-size"?: number;
  readonly encrypted?: boolean;
  readonly "format-specific"?: { readonly data?: Readonly<Record<string, unknown>> };
}

export async function askQemu(directory: string, name: string, format?: string): Promise<QemuInfo> {
  const chosen = format === undefined ? [] : ["-f", format];
  return JSON.parse(await run("qemu-img", ["info", "--output=json", ...chosen, join(directory, name)]));
}
