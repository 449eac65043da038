import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/bundle.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Test files leave nothing behind in their process, so that each worker loads and compiles the code once.
    isolate: false,
    // Many tests only wait for a process, so that every core gets a worker.
    maxWorkers: "100%",
    // Compiled by test/bundle.ts.
    server: { deps: { external: [/\/bundle-\w+\/(api|chunks|runner)\//] } },
  },
});
