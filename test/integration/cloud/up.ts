/** node up.ts: starts a cloud and keeps it until Ctrl-C. */
import { once } from "node:events";
import { startCloud } from "./start.ts";
import { requestedSuite } from "./suite.ts";

console.log("Starting Keystone and Glance…");
const cloud = await startCloud({ suite: requestedSuite() });
console.log(`Keystone     ${cloud.authUrl}
Glance       ${cloud.imageUrl}
clouds.yaml  ${cloud.cloudsYaml}
Ctrl-C stops them and removes ${cloud.directory}.`);

await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
await cloud.stop();
