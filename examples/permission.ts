import type {
  AddPermissionError,
  AddPermissionRequest,
  AddPermissionResponse,
  DocumentedError,
  ErrorName,
} from "addpermission-conformance";

/** What an AddPermission request asks for, once it has been found to be sound. */
export interface Permission {
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly sid: string;
  readonly revision: string | undefined;
  /** The partition, region and account that its FunctionName spells out, where it does. */
  readonly place: readonly (string | undefined)[];
  /** The statement as the caller is shown it. */
  readonly statement: AddPermissionResponse["Statement"];
}

/** An error as the Lambda API answers it. */
export class Refusal extends Error {
  readonly status: DocumentedError["status"];
  readonly code: ErrorName;

  constructor(status: DocumentedError["status"], code: ErrorName, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Header and body of the answer. */
  get headers(): Record<string, string> {
    return { "content-type": "application/json", "x-amzn-errortype": this.code };
  }
  get body(): string {
    const body: AddPermissionError = { Type: "User", message: this.message };
    return JSON.stringify(body);
  }
}

/** What a member must look like. */
export interface Shape {
  readonly required?: boolean;
  readonly pattern?: RegExp;
  readonly longest?: number;
}

/** The body's members. An example that plants a defect hands in another table. */
export const shapes: Readonly<Record<keyof AddPermissionRequest, Shape>> = {
  Action: { required: true, pattern: /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/ },
  Principal: { required: true },
  StatementId: { required: true, pattern: /^[a-zA-Z0-9-_]+$/, longest: 100 },
  EventSourceToken: { pattern: /^[a-zA-Z0-9._-]+$/, longest: 256 },
  RevisionId: {},
  SourceAccount: { pattern: /^\d{12}$/ },
  SourceArn: {
    pattern: /^arn:(aws[a-zA-Z0-9-]*):[a-zA-Z0-9-]+:([a-z]{2}(-gov)?-[a-z]+-\d)?:(\d{12})?:.*$/,
  },
};

const spelling =
  /^(?:arn:(aws[a-zA-Z-]*)?:lambda:)?(?:([a-z]{2}(?:-gov)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

/** The function that a FunctionName and a Qualifier name. */
export function addressOf(
  functionName: string,
  asked: string | undefined,
): Pick<Permission, "name" | "qualifier" | "place"> {
  const [, partition, region, account, name = "", own] = spelling.exec(functionName) ?? [];
  const limit = functionName.startsWith("arn:") ? 140 : functionName === name ? 64 : 1000;
  if (name === "" || functionName.length > limit) throw invalid("FunctionName is malformed.");
  if (asked !== undefined && !/^[\w$-]{1,128}$/.test(asked)) throw invalid("Qualifier is malformed.");
  if (asked !== undefined && own !== undefined && asked !== own)
    throw invalid("FunctionName and Qualifier name two things.");
  return { name, qualifier: asked ?? own, place: [partition, region, account] };
}

/** Reads an AddPermission request; throws a Refusal. */
export function readPermission(
  functionName: string,
  asked: string | undefined,
  body: Uint8Array,
  table = shapes,
): Permission {
  const address = addressOf(functionName, asked);
  const members = readMembers(body, table);
  const arn = `arn:aws:lambda:us-east-1:123456789012:function:${address.name}`;
  const resource = address.qualifier === undefined ? arn : `${arn}:${address.qualifier}`;
  return {
    ...address,
    sid: members.StatementId ?? "",
    revision: members.RevisionId,
    statement: JSON.stringify({
      Sid: members.StatementId,
      Effect: "Allow",
      Principal: principalOf(members.Principal ?? ""),
      Action: members.Action,
      Resource: resource,
      ...conditionOf(members),
    }),
  };
}

type Members = Partial<AddPermissionRequest>;

function readMembers(body: Uint8Array, table: typeof shapes): Members {
  const given = parsed(body);
  return Object.fromEntries(
    Object.entries(table).map(([name, { required = false, pattern, longest = 10_000 }]) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value === undefined || value === null) {
        if (required) throw invalid(`${name} is missing.`);
        return [name, undefined];
      }
      if (typeof value !== "string" || value.length > longest || pattern?.test(value) === false)
        throw invalid(`${name} is malformed.`);
      return [name, value];
    }),
  );
}

function parsed(body: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {}
  throw invalid("The body must be one JSON object.");
}

function principalOf(text: string): string | { Service: string } | { AWS: string } {
  if (/^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com)$/.test(text)) return { Service: text };
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` };
  if (/^arn:aws[a-z-]*:(iam|sts)::\d{12}:\S+$/.test(text)) return { AWS: text };
  if (text === "*") return text;
  throw invalid("Principal is neither a service nor an account.");
}

function conditionOf({ SourceAccount, SourceArn, EventSourceToken }: Members): object {
  const equal = {
    ...(SourceAccount === undefined ? {} : { "AWS:SourceAccount": SourceAccount }),
    ...(EventSourceToken === undefined ? {} : { "lambda:EventSourceToken": EventSourceToken }),
  };
  const condition = {
    ...(Object.keys(equal).length === 0 ? {} : { StringEquals: equal }),
    ...(SourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": SourceArn } }),
  };
  return Object.keys(condition).length === 0 ? {} : { Condition: condition };
}

function invalid(message: string): Refusal {
  return new Refusal(400, "InvalidParameterValueException", message);
}
