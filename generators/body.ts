import { services } from "../spec/principal.ts";

/** The baseline: the three required members and nothing else, all certain to be accepted. */
export function canonicalBody(sid: string): {
  readonly Action: string;
  readonly Principal: string;
  readonly StatementId: string;
} {
  return { Action: "lambda:InvokeFunction", Principal: services[0], StatementId: sid };
}
