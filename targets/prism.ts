import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Fault } from "../spec/fault.ts";
import { freePort, startRestartable } from "./process.ts";
import type { Target, UnsupportedCapability } from "./target.ts";

const version = "5.14.2";

const keepsNothing = "Prism answers from examples and keeps nothing";

const cannot: readonly UnsupportedCapability[] = [
  { needs: "state", reason: `${keepsNothing}: every function exists and no statement is a duplicate.` },
  { needs: "policy", reason: `${keepsNothing}: there is no policy to read.` },
  {
    needs: "echo",
    reason: `${keepsNothing}: the statement returned is the example's, not the one that was sent.`,
  },
  { needs: "meaning", reason: "Prism checks schemas only: it does not interpret a Principal." },
  { needs: "other", reason: `${keepsNothing}: one function is like every other.` },
  { needs: "versions", reason: `${keepsNothing}: no version can be published.` },
  { needs: "aliases", reason: `${keepsNothing}: no alias can be made.` },
  { needs: "remove", reason: `${keepsNothing}: there is no statement to remove.` },
  { needs: "revisions", reason: `${keepsNothing}: no revision is ever stale.` },
];

/** Stoplight's Prism with our OpenAPI file: an independent implementation of it, without state. */
export const prism: Target = {
  name: "prism",
  cannot,
  arranges: false,
  start: async () => {
    const cli = installedCli();
    const contract = fileURLToPath(new URL("../spec/add-permission.yaml", import.meta.url));
    const port = await freePort();
    const args = [cli, "mock", contract, "-h", "127.0.0.1", "-p", String(port), "-v", "error"];
    const server = await startRestartable({
      name: "Prism",
      command: process.execPath,
      args,
      port,
      readyWithinMs: 60_000,
    });
    return { endpoint: `http://127.0.0.1:${port}`, ...server };
  },
};

function installedCli(): string {
  try {
    return createRequire(import.meta.url).resolve("@stoplight/prism-cli/dist/index.js");
  } catch (cause) {
    throw new Fault(
      `Target prism needs the package @stoplight/prism-cli, which is not installed; run: npm install @stoplight/prism-cli@${version}`,
      { cause },
    );
  }
}
