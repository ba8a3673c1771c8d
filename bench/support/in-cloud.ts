import { startCloud } from "../../test/integration/cloud/start.ts";

/** Uses the cloud of this name in clouds.yaml, or one that is started for it. */
export async function inCloud<Value>(
  name: string | undefined,
  use: (cloud: string) => Promise<Value>,
): Promise<Value> {
  if (name !== undefined) return use(name);
  console.log("Starting Keystone and Glance…");
  const cloud = await startCloud();
  process.env["OS_CLIENT_CONFIG_FILE"] = cloud.cloudsYaml;
  try {
    return await use("demo");
  } finally {
    await cloud.stop();
  }
}
