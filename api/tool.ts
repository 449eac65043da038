import { readFileSync } from "node:fs";

/** The package's name and version, as reports give them. */
export const tool: { readonly name: string; readonly version: string } = readManifest();

function readManifest(): { readonly name: string; readonly version: string } {
  // The manifest is one folder up in a checkout and two in the built package.
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
      return { name: String(name), version: String(version) };
    } catch {}
  }
  return { name: "addpermission-conformance", version: "unknown" };
}
