/** node with.ts -- COMMAND ARGUMENTS…: starts a cloud, runs the command in it, and ends as the command did. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { type Cloud, startCloud } from "./start.ts";
import { requestedSuite } from "./suite.ts";

async function runIn(cloud: Cloud, command: string, parameters: readonly string[]): Promise<number> {
  const child = spawn(command, parameters, {
    stdio: "inherit",
    env: { ...process.env, ...environment(cloud) },
  });
  // A terminal sends its interrupt to the command as well, so here it only has to be survived.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  await once(child, "exit");
  return child.exitCode ?? 128 + constants.signals[child.signalCode ?? "SIGKILL"];
}

function environment(cloud: Cloud): Record<string, string> {
  return {
    OS_CLIENT_CONFIG_FILE: cloud.cloudsYaml,
    OS_CLOUD: "demo",
    IMAGEWRIGHT_TEST_CLOUD_DIRECTORY: cloud.directory,
  };
}

const { positionals } = parseArgs({ allowPositionals: true });
const [command, ...parameters] = positionals;
if (command === undefined) {
  console.error("Usage: node with.ts -- COMMAND ARGUMENTS…");
  process.exitCode = 2;
} else {
  const cloud = await startCloud({ suite: requestedSuite() });
  try {
    process.exitCode = await runIn(cloud, command, parameters);
  } finally {
    await cloud.stop();
  }
}
