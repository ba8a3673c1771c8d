import type { Options } from "tsup";

const options: Options = {
  entry: {
    index: "src/index.ts",
    openstack: "src/backends/openstack/index.ts",
    vkcs: "src/backends/vkcs/index.ts",
    huaweicloud: "src/backends/huaweicloud/index.ts",
    kakaocloud: "src/backends/kakaocloud/index.ts",
    directory: "src/backends/directory/index.ts",
    memory: "src/backends/memory/index.ts",
    transfer: "src/transfer/index.ts",
    testing: "src/testing/index.ts",
    // No entry points, but the files of threads.
    "decompress-worker": "src/transfer/decompress/decompress-worker.ts",
    "digest-worker": "src/transfer/digest-threads/digest-worker.ts",
  },
  format: ["esm", "cjs"],
  target: "node22",
  platform: "node",
  dts: true,
  clean: true,
  sourcemap: true,
  // Shared code in shared files: an error's class is the same in every entry, in CommonJS too.
  splitting: true,
  // import.meta.url in CommonJS, to find the file of a thread.
  shims: true,
  treeshake: true,
};

export default options;
