import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("./", import.meta.url)),
    include: ["*.suite.ts"],
    // The one file needs no process of its own.
    pool: "threads",
    isolate: false,
  },
});
