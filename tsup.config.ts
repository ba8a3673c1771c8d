import type { Options } from "tsup";

const options: Options = {
  entry: {
    index: "src/index.ts",
    openstack: "src/backends/openstack/index.ts",
    directory: "src/backends/directory/index.ts",
    memory: "src/backends/memory/index.ts",
    transfer: "src/transfer/index.ts",
    testing: "src/testing/index.ts",
  },
  format: ["esm", "cjs"],
  target: "node22",
  platform: "node",
  dts: true,
  clean: true,
  sourcemap: true,
  // Shared code in shared files: an error's class is the same in every entry, in CommonJS too.
  splitting: true,
  treeshake: true,
};

export default options;
