import { defineConfig } from "vitest/config";

export default defineConfig({
  // Files are independent and many only wait for processes, so that every core gets one.
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, maxWorkers: "100%" },
});
