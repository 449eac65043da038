import type { Mutation } from "../behaviour.ts";
import type { HttpReply } from "../http.ts";
import { createdReply, type StatementParts } from "../statement.ts";
import { change, mutantsOf } from "./mutant.ts";

/** Mutants that grant correctly with a wrong answer. */
export const successMutants = mutantsOf({
  "success.is-201": {
    breaks: "answers 200 to a success",
    mutate: answering((reply) => ({ ...reply, status: 200 })),
  },
  "success.is-json": {
    breaks: "answers a success as text/html",
    mutate: answering((reply) => ({ ...reply, headers: [["Content-Type", "text/html; charset=utf-8"]] })),
  },
  "success.has-statement": {
    breaks: "spells Statement in lower case",
    mutate: answering((reply, json) => ({ ...reply, body: JSON.stringify({ statement: json }) })),
  },
  "success.statement-is-string": {
    breaks: "returns the statement as an object",
    mutate: answering((reply, json) => ({ ...reply, body: `{"Statement":${json}}` })),
  },
  "statement.is-json": {
    breaks: "writes the returned statement with single quotes",
    mutate: change(() => ({ created: (json) => createdReply(json.replaceAll('"', "'")) })),
  },
  "statement.sid": {
    breaks: "returns another Sid than it stores",
    mutate: change(({ created }) => ({
      created: (json) => created(json.replace(/"Sid":"[^"]*"/, '"Sid":"default"')),
    })),
  },
  "statement.action": {
    breaks: "grants lambda:InvokeFunction where lambda:GetFunction is requested",
    mutate: writing(({ action }) => ({
      Action: action === "lambda:GetFunction" ? "lambda:InvokeFunction" : action,
    })),
  },
  "statement.effect": { breaks: "denies", mutate: writing(() => ({ Effect: "Deny" })) },
  "statement.resource": {
    breaks: "names $LATEST in every Resource that has no qualifier",
    mutate: change(({ resource }) => ({
      resource: (arn, qualifier, label) => resource(arn, qualifier ?? "$LATEST", label),
    })),
  },
  "statement.qualified-resource": {
    breaks: "leaves the qualifier out of the Resource",
    mutate: change(({ resource }) => ({
      resource: (arn, _qualifier, label) => resource(arn, undefined, label),
    })),
  },
  "statement.one-resource": {
    breaks: "writes the function into the Resource as the path spells it",
    mutate: change(() => ({ resource: (_arn, _qualifier, label) => decodeURIComponent(label) })),
  },
  "statement.account": {
    breaks: "leaves an account bare in the Principal",
    mutate: change(({ principal }) => ({
      principal: (value, partition) => (/^\d{12}$/.test(value) ? value : principal(value, partition)),
    })),
  },
  "statement.service": {
    breaks: "names a service as an AWS principal",
    mutate: change(({ principal }) => ({
      principal: (value, partition) =>
        value === "sqs.amazonaws.com" ? { AWS: value } : principal(value, partition),
    })),
  },
  "statement.documented-members": {
    breaks: "takes Effect and Resource from the body where it has them",
    mutate: change(({ pick, statement }) => {
      let latest: Readonly<Record<string, unknown>> = {};
      return {
        pick: (body, member) => {
          latest = body;
          return pick(body, member);
        },
        statement: (parts, condition) => ({
          ...statement(parts, condition),
          ...(Object.hasOwn(latest, "Effect") && { Effect: latest.Effect }),
          ...(Object.hasOwn(latest, "Resource") && { Resource: latest.Resource }),
        }),
      };
    }),
  },
  "statement.source-arn": {
    breaks: "loses SourceArn",
    mutate: conditioning((parts) => ({ ...parts, sourceArn: undefined })),
  },
  "statement.source-account": {
    breaks: "loses SourceAccount",
    mutate: conditioning((parts) => ({ ...parts, sourceAccount: undefined })),
  },
  "statement.event-source-token": {
    breaks: "loses EventSourceToken",
    mutate: conditioning((parts) => ({ ...parts, eventSourceToken: undefined })),
  },
  "statement.no-condition": {
    breaks: "sets its own account as SourceAccount where a bucket is given without one",
    mutate: conditioning((parts) =>
      parts.sourceArn?.startsWith("arn:aws:s3:::")
        ? { ...parts, sourceAccount: parts.sourceAccount ?? "123456789012" }
        : parts,
    ),
  },
});

function answering(instead: (reply: HttpReply, json: string) => HttpReply): Mutation {
  return change(({ created }) => ({ created: (json) => instead(created(json), json) }));
}

function writing(instead: (parts: StatementParts) => Readonly<Record<string, unknown>>): Mutation {
  return change(({ statement }) => ({
    statement: (parts, condition) => ({ ...statement(parts, condition), ...instead(parts) }),
  }));
}

function conditioning(instead: (parts: StatementParts) => StatementParts): Mutation {
  return change(({ condition }) => ({ condition: (parts) => condition(instead(parts)) }));
}
