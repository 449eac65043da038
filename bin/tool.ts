import { tool } from "../api/tool.ts";

export { tool } from "../api/tool.ts";

/** The package's version. */
export const version = tool.version;

/** How the command is called here, for messages that tell what to run. */
export const command: string =
  process.env.npm_lifecycle_event === "conform" ? "npm run -s conform --" : "npx addpermission-conformance";
