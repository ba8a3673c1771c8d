import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { UrlSource } from "../../../src/transfer/index.ts";

/** A process that waits for a download to make. */
export interface Downloader {
  /** The md5 of what came, or an error; `undefined` when it was killed before. */
  download(source: UrlSource): Promise<string | undefined>;
  kill(): void;
}

export async function startDownloader(): Promise<Downloader> {
  const child = fork(join(import.meta.dirname, "download.process.ts"), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(child, "message");
  let told: string | undefined;
  child.on("message", (message) => {
    told = String(message);
  });
  const ended = once(child, "exit").then(() => told);
  return {
    download(source) {
      child.send(source);
      return ended;
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
