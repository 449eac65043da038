import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// In a checkout the package's name stands for its sources; a project of yours needs no alias.
export default defineConfig({
  resolve: {
    alias: {
      "addpermission-conformance/vitest": here("../api/vitest.ts"),
      "addpermission-conformance": here("../api/index.ts"),
    },
  },
  test: { root: here("."), include: ["*.test.ts"], testTimeout: 60_000 },
});
