import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { output } from "./run.ts";

export interface Installed {
  /** A folder with a package.json, in which the packed package is installed. */
  readonly consumer: string;
  readonly tarball: string;
  /** The paths of the files that were packed. */
  readonly files: readonly string[];
}

declare module "vitest" {
  export interface ProvidedContext {
    installed: Installed;
  }
}

const root = join(import.meta.dirname, "..", "..", "..");

/** Packs dist/ as it is, and installs the package as a user does. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-package-"));
  project.provide("installed", await install(folder));
  return () => rm(folder, { recursive: true });
}

async function install(folder: string): Promise<Installed> {
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const answer: unknown = JSON.parse(await output("npm", pack, root));
  const { filename, files } = packed(answer);
  const tarball = join(folder, filename);
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true }));
  await copyFile(join(import.meta.dirname, "observe.mjs"), join(folder, "observe.mjs"));
  await output("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball], folder);
  return { consumer: folder, tarball, files: files.map(({ path }) => path) };
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** npm 11 prints a list; later ones may print an object by name. */
function packed(answer: unknown): Packed {
  const [first] = Object.values(answer as Readonly<Record<string, Packed>>);
  if (first === undefined) throw new Error("npm pack has packed nothing");
  return first;
}
