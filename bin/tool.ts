import { readFileSync } from "node:fs";

/** The package's name and version, as reports give them. */
export const tool: { readonly name: string; readonly version: string } = readManifest();

/** The package's version. */
export const version = tool.version;

function readManifest(): { readonly name: string; readonly version: string } {
  // One folder up in a checkout, two in the built package.
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      return { name: String(name), version: String(version) };
    } catch {}
  }
  return { name: "addpermission-conformance", version: "unknown" };
}

/** How the command is called here, for messages that tell what to run. */
export const command: string =
  process.env.npm_lifecycle_event === "conform" ? "npm run -s conform --" : "npx addpermission-conformance";
