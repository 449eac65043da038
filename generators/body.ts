import type { AddPermissionRequest } from "../spec/add-permission.ts";
import { services } from "../spec/principal.ts";

/** The baseline: the three required members and nothing else, all certain to be accepted. */
export function canonicalBody(sid: string): AddPermissionRequest {
  return { Action: "lambda:InvokeFunction", Principal: services[0], StatementId: sid };
}
