/**
 * node examples/all.ts [--cloud NAME] [EXAMPLE…]: runs these examples, or all, each in a process of its own. They run
 * over clouds in memory, whatever the environment says, unless --cloud names one of clouds.yaml.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";

const EXAMPLES = [
  "quickstart",
  "openstack",
  "terraform-openstack",
  "pulumi-openstack",
  "vkcs",
  "huaweicloud",
  "kakaocloud",
];

const { positionals, values } = parseArgs({ allowPositionals: true, options: { cloud: { type: "string" } } });
const names = positionals.length > 0 ? positionals : EXAMPLES;
const unknown = names.filter((name) => !EXAMPLES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}. Examples: ${EXAMPLES.join(", ")}`);
  process.exit(2);
}

const failed: string[] = [];
for (const name of names) {
  console.log(`\n=== ${name}`);
  if ((await codeOf(name)) !== 0) failed.push(name);
}
console.log(`\n${names.length - failed.length} of ${names.length} examples did as they say.`);
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

async function codeOf(name: string): Promise<number | null> {
  const parameters = values.cloud === undefined ? [] : ["--cloud", values.cloud];
  const isOfClouds = ([variable]: readonly [string, unknown]) => /^(OS|HW|KAKAOCLOUD)_/.test(variable);
  const environment = Object.entries(process.env).filter(
    (entry) => values.cloud !== undefined || !isOfClouds(entry),
  );
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...parameters], {
    stdio: "inherit",
    env: Object.fromEntries(environment),
  });
  await once(child, "exit");
  return child.exitCode;
}
