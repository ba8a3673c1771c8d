import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..", "..");
const manifest: { exports: Readonly<Record<string, unknown>> } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

/** What users import: `imagewright`, `imagewright/openstack`, … */
export const entries: readonly string[] = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith(".json"))
  .map((path) => `imagewright${path.slice(1)}`);
