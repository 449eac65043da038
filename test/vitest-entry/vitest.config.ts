import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** The folder of the compiled package, which vitest loads as it is, like one in node_modules. */
const compiled = process.env.COMPILED ?? "";

export default defineConfig({
  resolve: { alias: [{ find: /^.*\/api\/vitest\.ts$/, replacement: `${compiled}/api/vitest.js` }] },
  test: {
    root: fileURLToPath(new URL("./", import.meta.url)),
    include: ["*.suite.ts"],
    // The one file needs no process of its own.
    pool: "threads",
    isolate: false,
    server: { deps: { external: [new RegExp(`^(file://)?${compiled}/`)] } },
  },
});
