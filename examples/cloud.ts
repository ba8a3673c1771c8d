import { parseArgs } from "node:util";
import type { Backend } from "imagewright";
import { openstack } from "imagewright/openstack";
import { fakeOpenStack } from "imagewright/testing";

/**
 * Does something in an OpenStack: the one of clouds.yaml that `--cloud NAME` names, the one that OS_* variables
 * describe, or else one in the memory of this process.
 */
export async function inCloud(run: (backend: Backend) => Promise<void>): Promise<void> {
  const { cloud } = parseArgs({ options: { cloud: { type: "string" } } }).values;
  if (cloud !== undefined) return run(await openstack({ cloud }));
  if (process.env["OS_CLOUD"] !== undefined || process.env["OS_AUTH_URL"] !== undefined)
    return run(await openstack());

  const server = await fakeOpenStack().listen();
  try {
    await run(await openstack(server.options("demo")));
  } finally {
    await server.close();
  }
}
