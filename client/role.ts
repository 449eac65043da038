import type { Answer } from "../spec/exchange.ts";
import type { SendOptions, Transport } from "./transport.ts";

/** The execution role that is named where nobody gave one; most emulators do not look. */
export const dummyRole = "arn:aws:iam::123456789012:role/addpermission-conformance";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Creates a role without permissions by the IAM API on the same endpoint; null when the target has no such API. */
export async function createRole(
  transport: Transport,
  name: string,
  how: SendOptions,
): Promise<string | null> {
  const answer = await iam(transport, how, {
    Action: "CreateRole",
    RoleName: name,
    AssumeRolePolicyDocument: trust,
  });
  if (answer.kind === "none" || answer.status !== 200) return null;
  return /<Arn>\s*(arn:[^<\s]+)\s*<\/Arn>/.exec(answer.body)?.[1] ?? null;
}

/** Deletes a role; null when it is gone, else what the target answered. */
export async function deleteRole(
  transport: Transport,
  name: string,
  how: SendOptions,
): Promise<string | null> {
  const answer = await iam(transport, how, { Action: "DeleteRole", RoleName: name });
  if (answer.kind === "none") return answer.detail;
  const gone = answer.status < 300 || answer.body.includes("NoSuchEntity");
  return gone ? null : `status ${answer.status}`;
}

function iam(
  transport: Transport,
  how: SendOptions,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const body = new URLSearchParams({ ...parameters, Version: "2010-05-08" }).toString();
  const headers = [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]] as const;
  return transport.send({ method: "POST", target: "/", headers, body }, { ...how, service: "iam" });
}
