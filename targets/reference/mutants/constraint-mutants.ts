import { change, mutantsOf, overlooking, taking } from "./mutant.ts";

/** One mutant for each constraint of each member. */
export const constraintMutants = mutantsOf({
  "FunctionName.pattern": {
    breaks: "reads an ARN that begins in upper case",
    mutate: change(({ decode }) => ({ decode: (raw) => decode(raw)?.replace(/^ARN:/, "arn:") ?? null })),
  },
  "FunctionName.maxLength": {
    breaks: "accepts a full ARN of 141 characters",
    mutate: overlooking("FunctionName", "maxLength", (value) => value.length === 141),
  },
  "Qualifier.pattern": {
    breaks: "takes what follows the last colon of a Qualifier",
    mutate: change(({ qualifier }) => ({
      qualifier: (values, body) => qualifier(values, body)?.split(":").at(-1),
    })),
  },
  "Qualifier.maxLength": {
    breaks: "cuts a Qualifier to 128 characters",
    mutate: change(({ qualifier }) => ({
      qualifier: (values, body) => qualifier(values, body)?.slice(0, 128),
    })),
  },
  "Action.required": {
    breaks: "assumes lambda:InvokeFunction where Action is missing",
    mutate: taking("Action", orElse("lambda:InvokeFunction")),
  },
  "Action.type": {
    breaks: "unwraps an Action in an array of one",
    mutate: taking("Action", unwrapped),
  },
  "Action.pattern": {
    breaks: "accepts digits in an Action",
    mutate: overlooking("Action", "pattern", (value) => /^lambda:[a-zA-Z0-9]+$/.test(value)),
  },
  "EventSourceToken.type": {
    breaks: "writes out an EventSourceToken that is true or false",
    mutate: taking("EventSourceToken", (value) => (typeof value === "boolean" ? String(value) : value)),
  },
  "EventSourceToken.pattern": {
    breaks: "accepts an @ in an EventSourceToken",
    mutate: overlooking("EventSourceToken", "pattern", (value) => /^[a-zA-Z0-9._@-]+$/.test(value)),
  },
  "EventSourceToken.maxLength": {
    breaks: "accepts an EventSourceToken of 257 characters",
    mutate: overlooking("EventSourceToken", "maxLength", (value) => value.length === 257),
  },
  "Principal.required": {
    breaks: "assumes s3.amazonaws.com where Principal is missing",
    mutate: taking("Principal", orElse("s3.amazonaws.com")),
  },
  "Principal.type": {
    breaks: "takes a number of twelve digits for an account",
    mutate: taking("Principal", written),
  },
  "RevisionId.type": {
    breaks: "ignores a RevisionId that is no string",
    mutate: taking("RevisionId", (value) => (typeof value === "string" ? value : undefined)),
  },
  "SourceAccount.type": {
    breaks: "writes out a SourceAccount that is a number",
    mutate: taking("SourceAccount", written),
  },
  "SourceAccount.pattern": {
    breaks: "accepts a SourceAccount of eleven digits",
    mutate: overlooking("SourceAccount", "pattern", (value) => /^[0-9]{11}$/.test(value)),
  },
  "SourceArn.type": {
    breaks: "unwraps a SourceArn in an array of one",
    mutate: taking("SourceArn", unwrapped),
  },
  "SourceArn.pattern": {
    breaks: "accepts a wildcard for the account of a SourceArn",
    mutate: overlooking("SourceArn", "pattern", (value) => value.split(":")[4] === "*"),
  },
  "StatementId.required": {
    breaks: "makes up a StatementId where none is given",
    mutate: taking("StatementId", orElse("generated")),
  },
  "StatementId.type": {
    breaks: "writes out a StatementId that is a number",
    mutate: taking("StatementId", written),
  },
  "StatementId.minLength": {
    breaks: "takes an empty StatementId for the id default",
    mutate: taking("StatementId", (value) => (value === "" ? "default" : value)),
  },
  "StatementId.maxLength": {
    breaks: "cuts a StatementId to 100 characters",
    mutate: taking("StatementId", (value) => (typeof value === "string" ? value.slice(0, 100) : value)),
  },
  "StatementId.pattern": {
    breaks: "accepts a dot in a StatementId",
    mutate: overlooking("StatementId", "pattern", (value) => /^[a-zA-Z0-9_.-]+$/.test(value)),
  },
});

function orElse(instead: string): (value: unknown) => unknown {
  return (value) => (value === undefined ? instead : value);
}

function unwrapped(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function written(value: unknown): unknown {
  return typeof value === "number" ? String(value) : value;
}
