/** node bench/index.ts BENCH OPTIONS…: runs one bench; without a name it lists them. */
const benches: Readonly<Record<string, () => Promise<{ run(parameters: string[]): Promise<void> }>>> = {
  convert: () => import("./convert.ts"),
  decompress: () => import("./decompress.ts"),
  download: () => import("./download.ts"),
  "fan-out": () => import("./fan-out.ts"),
  plan: () => import("./plan.ts"),
  upload: () => import("./upload.ts"),
};

const [name = "", ...parameters] = process.argv.slice(2);
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load === undefined) {
  if (name !== "") console.error(`There is no bench "${name}".`);
  console.log(`Usage: npm run bench -- BENCH [OPTIONS] (--help has its options)
Benches: ${Object.keys(benches).join(", ")}`);
  process.exitCode = name === "" ? 0 : 2;
} else {
  await (await load()).run(parameters);
}
