import type { ViteUserConfig } from "vitest/config";

/** The tests that a mutant of `src/model` or `src/reconcile` has to be found by. */
const config: ViteUserConfig = {
  test: {
    include: ["test/{model,reconcile}/**/*.test.ts"],
    // Loads the code a second time: what is mutated at the top of a file would seem to be reached by this test alone.
    exclude: ["test/model/errors-copies.test.ts"],
    // One copy of the code for all files takes a quarter of the time.
    isolate: false,
    // A test that is out of time would count as one that has noticed a change.
    testTimeout: 60_000,
    setupFiles: ["test/setup.ts", "test/cache-home.ts"],
  },
};

export default config;
