import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { lateOptimisation } from "./runner/optimise-late.ts";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Test files leave nothing behind in their process, so that each worker loads and compiles the code once.
    isolate: false,
    execArgv: [...lateOptimisation],
    // Tests wait for processes and timers in a third of their time, so that there is one worker more than there are cores.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: "tests",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/bundle.ts"],
          // Compiled by test/bundle.ts.
          server: { deps: { external: [/\/bundle-\w+\/(api|chunks|runner)\//] } },
        },
      },
      // The suite itself, one test a rule, against the endpoint in CONFORMANCE_ENDPOINT or the reference.
      { extends: true, test: { name: "conformance", include: ["test/conformance/*.suite.ts"] } },
    ],
  },
});
