import { createRequire } from "node:module";
import type typescript from "typescript";

/** The compiler. An import would first search its nine megabytes for exports, which takes twice as long as the rest. */
export const ts: typeof typescript = createRequire(import.meta.url)("typescript");
