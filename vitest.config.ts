import { join } from "node:path";
import type { ViteUserConfig } from "vitest/config";

/** The package by its own name, as examples import it: its source, so that no build is needed first. */
const itself: readonly { readonly find: RegExp; readonly replacement: string }[] = [
  { find: /^imagewright$/, replacement: join(import.meta.dirname, "src/index.ts") },
  {
    find: /^imagewright\/(testing|transfer)$/,
    replacement: join(import.meta.dirname, "src/$1/index.ts"),
  },
  { find: /^imagewright\/([a-z]+)$/, replacement: join(import.meta.dirname, "src/backends/$1/index.ts") },
];

const config: ViteUserConfig = {
  test: {
    projects: [
      {
        resolve: { alias: [...itself] },
        test: {
          name: "unit",
          include: ["test/**/*.test.ts", "examples/*.test.ts"],
          exclude: [
            "test/differential/**",
            "test/integration/**",
            "test/oracle/**",
            "test/package/**",
            "test/soak/**",
          ],
          setupFiles: ["test/setup.ts", "test/cache-home.ts"],
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          globalSetup: ["test/package/support/install.ts"],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "differential",
          include: ["test/differential/**/*.test.ts"],
          globalSetup: ["test/integration/cloud/global-setup.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "oracle",
          include: ["test/oracle/**/*.test.ts"],
          globalSetup: ["test/oracle/support/global-setup.ts"],
          testTimeout: 120_000,
          // The first time, oslo.utils has to be installed.
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/integration/cloud/global-setup.ts"],
          setupFiles: ["test/cache-home.ts"],
          // All files share one cloud, whose Glance has few workers.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "soak",
          include: ["test/soak/**/*.test.ts"],
          globalSetup: ["test/integration/cloud/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
};

export default config;
