import { readPrincipal, services, tokenService } from "./principal.ts";

/** A way in which a valid request differs from the canonical one. One feature, one claim that it is accepted. */
export type BodyFeature =
  | "Action.get-function"
  | "Action.all-of-lambda"
  | "Principal.account"
  | "Principal.service"
  | "Principal.token-service"
  | "SourceArn.bucket"
  | "SourceArn.topic"
  | "SourceArn.any-resource"
  | "SourceAccount.alone"
  | "SourceAccount.with-source-arn"
  | "EventSourceToken.accepted"
  | "EventSourceToken.longest"
  | "StatementId.shortest"
  | "StatementId.longest"
  | "body.member-order"
  | "body.white-space"
  | "body.escapes";

/** How the members of a valid body differ from the canonical ones. */
export function memberFeatures(members: Readonly<Record<string, unknown>>): readonly BodyFeature[] {
  const found: BodyFeature[] = [];
  if (members.Action === "lambda:GetFunction") found.push("Action.get-function");
  if (members.Action === "lambda:*") found.push("Action.all-of-lambda");
  found.push(...principalFeatures(String(members.Principal), members.EventSourceToken));
  found.push(...sourceFeatures(members));
  const token = members.EventSourceToken;
  if (typeof token === "string") {
    found.push(token.length === 256 ? "EventSourceToken.longest" : "EventSourceToken.accepted");
  }
  const sid = String(members.StatementId);
  if (sid.length === 1) found.push("StatementId.shortest");
  if (sid.length === 100) found.push("StatementId.longest");
  return found;
}

function principalFeatures(principal: string, token: unknown): readonly BodyFeature[] {
  if (readPrincipal(principal).kind === "account") return ["Principal.account"];
  if (principal === (token === undefined ? services[0] : tokenService)) return [];
  return [principal === tokenService ? "Principal.token-service" : "Principal.service"];
}

function sourceFeatures(members: Readonly<Record<string, unknown>>): readonly BodyFeature[] {
  const arn = members.SourceArn;
  const account = members.SourceAccount !== undefined;
  if (typeof arn !== "string") return account ? ["SourceAccount.alone"] : [];
  if (account && /^arn:aws:s3:::[a-z0-9.-]+$/.test(arn)) return ["SourceAccount.with-source-arn"];
  const kind = sourceArnFeature(arn);
  return account ? [kind, "SourceAccount.with-source-arn"] : [kind];
}

function sourceArnFeature(arn: string): BodyFeature {
  if (/^arn:aws:s3:::[a-z0-9.-]+$/.test(arn)) return "SourceArn.bucket";
  return /^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/.test(arn)
    ? "SourceArn.topic"
    : "SourceArn.any-resource";
}

/** How the text of a valid body differs from what a JSON writer makes of its members. */
export function jsonForm(
  text: string,
  written: string,
  members: Readonly<Record<string, unknown>>,
): readonly BodyFeature[] {
  const found: BodyFeature[] = [];
  const names = Object.keys(members);
  if (names.some((name, index) => index > 0 && name < (names[index - 1] ?? "")))
    found.push("body.member-order");
  if (written === text) return found;
  if (/\\u[0-9a-fA-F]{4}|\\\//.test(text)) found.push("body.escapes");
  if (/[\n\r\t]|[{,:] |" [:,}]| }$|^ /.test(text)) found.push("body.white-space");
  return found;
}
