import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * Starts a server, until the signal, that has one file at every path and takes what is put; tells its origin.
 *
 * @param bytesPerSecond How fast each connection may be. Default: as fast as it is.
 */
export async function serve(
  file: string,
  signal: AbortSignal,
  bytesPerSecond?: number | undefined,
): Promise<string> {
  const program = join(import.meta.dirname, "..", "download-server-child.ts");
  const parameters = [program, file, ...(bytesPerSecond === undefined ? [] : [String(bytesPerSecond)])];
  const server = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"], signal });
  // It is aborted in the end.
  server.once("error", () => undefined);
  const [origin] = await once(createInterface(server.stdout), "line");
  return String(origin);
}
