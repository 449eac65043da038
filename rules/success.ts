import { isDeepStrictEqual } from "node:util";
import type { Addition } from "../oracle/observe.ts";
import { holds, type Judgement, type RuleBody } from "../oracle/rule.ts";
import { header } from "../spec/answer.ts";
import { isRecord } from "../spec/body.ts";
import type { BodyMember } from "../spec/constraint.ts";
import { success } from "../spec/contract.generated.ts";
import type { RequestQuestion, Resource } from "../spec/request.ts";
import { accountIn, canonicalJson, conditional, digitsIn, sole } from "../spec/statement.ts";
import { type Added, guarantee, show, violated } from "./define.ts";

const response = "Response Elements";

/**
 * Values and combinations that a target may refuse. Where it accepts one, the statement repeats the request as for any
 * other: Statement is the permission that was specified.
 */
const openToAccept: readonly RequestQuestion[] = [
  "Action.wildcard",
  "Action.unknown",
  "Principal.wildcard",
  "Principal.iam-arn",
  "Principal.unknown-service",
  "EventSourceToken.other-principal",
  "EventSourceToken.with-source",
];

/** Rules on every success, whatever the request was. */
const answers = {
  "success.is-201": guarantee(
    "A success is answered with status 201",
    ["R137", "R001"],
    response,
    "stated",
    ({ result }) =>
      result.response.status === success.status
        ? holds
        : violated(String(success.status), String(result.response.status)),
  ),
  "success.is-json": guarantee(
    "A success is of type application/json",
    ["R138"],
    "Response Syntax",
    "stated",
    ({ result }) => {
      const type = header(result.response.headers, "content-type");
      return type !== null && /^application\/json\s*(;|$)/i.test(type)
        ? holds
        : violated(
            `Content-Type: ${success.contentType}`,
            type === null ? "no Content-Type" : `Content-Type: ${type}`,
          );
    },
  ),
  "success.has-statement": guarantee(
    "The body of a success is a JSON object with Statement",
    ["R139"],
    "Response Syntax",
    "stated",
    ({ result }) => {
      const { body } = result.statement;
      if (body === null) return violated("a JSON object", `the body ${show(result.response.body)}`);
      return Object.hasOwn(body, "Statement")
        ? holds
        : violated("a member Statement", `members ${show(Object.keys(body))}`);
    },
  ),
  "success.statement-is-string": guarantee(
    "Statement is a string",
    ["R140"],
    `${response}, Statement: type String`,
    "stated",
    ({ result }) => {
      const { body, raw } = result.statement;
      if (body === null || raw === undefined) return null;
      return typeof raw === "string" ? holds : violated("a string", `Statement: ${show(raw)}`);
    },
  ),
  "statement.is-json": guarantee(
    "The string in Statement is a JSON object",
    ["R141"],
    `${response}, Statement: the permission statement`,
    "implied",
    ({ result }) => {
      const { raw, parsed } = result.statement;
      if (typeof raw !== "string") return null;
      return parsed === null ? violated("a JSON object in the string", `Statement: ${show(raw)}`) : holds;
    },
  ),
  "statement.sid": echo("Sid", "StatementId", "The returned statement has the StatementId sent", ["R130"]),
  "statement.action": echo("Action", "Action", "The returned statement has the Action sent", [
    "R144",
    "R065",
    "R066",
  ]),
  "statement.effect": guarantee(
    "The returned statement allows exactly what it names",
    ["R145"],
    "the operation grants",
    "implied",
    ({ analysis, result }) => {
      const { parsed } = result.statement;
      if (parsed === null) return null;
      if (parsed.Effect !== "Allow") return violated('"Effect": "Allow"', `"Effect": ${show(parsed.Effect)}`);
      // The document does not say how an identity is written, but a permission for one must not be for everyone.
      if (analysis.questions.includes("Principal.iam-arn") && isForEveryone(parsed))
        return violated("a principal that is not everyone", `"Principal": ${show(parsed.Principal)}`);
      const exception = exceptionIn(parsed);
      return exception === null
        ? holds
        : violated(`no ${exception}`, `"${exception}": ${show(parsed[exception])}`);
    },
    openToAccept,
  ),
  "statement.resource": guarantee(
    "Without a qualifier the Resource is the function's plain ARN",
    ["R059"],
    "introduction: the policy applies at the function level",
    "implied",
    (of) =>
      of.analysis.resource?.qualifier === null && plain(of) ? resource(of, of.analysis.resource) : null,
  ),
  "statement.qualified-resource": guarantee(
    "With a qualifier the Resource is the ARN of that version or alias",
    ["R058", "R005", "R018", "R021", "R062"],
    "introduction: a qualifier restricts access to a version or alias",
    "implied",
    (of) => (of.analysis.resource?.qualifier ? resource(of, of.analysis.resource) : null),
  ),
  "statement.one-resource": guarantee(
    "Every spelling of a function gives the same Resource",
    ["R004", "R024"],
    "URI Request Parameters, FunctionName: name formats",
    "implied",
    (of) =>
      of.analysis.resource?.qualifier === null && !plain(of) ? resource(of, of.analysis.resource) : null,
  ),
  "statement.account": guarantee(
    "An account given as Principal is the statement's only principal, under AWS",
    ["R083"],
    "introduction: specify the account ID as the Principal",
    "implied",
    ({ analysis, result }) => {
      const sent = analysis.body.members?.Principal;
      const { parsed } = result.statement;
      if (parsed === null || typeof sent !== "string" || !/^\d{12}$/.test(sent)) return null;
      const named = principalsOf(parsed, "AWS");
      return named.length === 1 && accountIn(named[0]) === sent
        ? holds
        : violated(`{"AWS": "arn:aws:iam::${sent}:root"}`, `"Principal": ${show(parsed.Principal)}`);
    },
  ),
  "statement.service": guarantee(
    "A service given as Principal is the statement's only principal, under Service",
    ["R084"],
    "introduction: the principal of a service is a domain-style identifier",
    "implied",
    ({ analysis, result }) => {
      const sent = analysis.body.members?.Principal;
      const { parsed } = result.statement;
      if (parsed === null || typeof sent !== "string" || !/\.(amazonaws|amazon)\.com(\.cn)?$/.test(sent))
        return null;
      const named = principalsOf(parsed, "Service");
      return named.length === 1 && named[0] === sent
        ? holds
        : violated(`{"Service": "${sent}"}`, `"Principal": ${show(parsed.Principal)}`);
    },
  ),
  "statement.documented-members": {
    title: "Only the documented members make the statement",
    clauses: ["R015"],
    source: `${response}, Statement; Request Body: the list of members`,
    basis: "implied",
    needs: [],
    trigger: { on: "answer", judge: judgeDocumentedMembers },
  },
  "statement.source-arn": condition("SourceArn", "sourcearn", ["R113", "R114"]),
  "statement.source-account": condition("SourceAccount", "sourceaccount", ["R106", "R110"]),
  "statement.event-source-token": condition("EventSourceToken", "eventsourcetoken", ["R075"]),
  "statement.no-condition": guarantee(
    "Without SourceArn, SourceAccount and EventSourceToken the statement has no condition on them",
    ["R146"],
    "Request Body: SourceArn, SourceAccount, EventSourceToken",
    "implied",
    ({ analysis, result }) => {
      const { parsed } = result.statement;
      const members = analysis.body.members;
      if (parsed === null || members === null) return null;
      // A serializer may write null for an absent member.
      const given = conditionsOf(parsed).filter(({ values }) => values.some((value) => value !== null));
      const surplus = given.filter(({ key }) =>
        conditional.some(
          (sent) => key.toLowerCase().endsWith(`:${sent.toLowerCase()}`) && (members[sent] ?? null) === null,
        ),
      );
      return surplus.length === 0
        ? holds
        : violated("no such condition", `"Condition": ${show(parsed.Condition)}`);
    },
    ["body.null-member", ...openToAccept],
  ),
} as const satisfies Record<string, RuleBody>;

/** Rules on a statement that a canned answer can keep as well. */
const byAnyAnswer: ReadonlySet<string> = new Set(["statement.is-json", "statement.effect"]);

/** What a statement must repeat of its request. A canned answer cannot do that. */
export const successRules = withEcho(answers);

function withEcho<T extends Record<string, RuleBody>>(all: T): T {
  const echoing = Object.entries(all).map(([id, rule]) =>
    id.startsWith("statement.") && !byAnyAnswer.has(id)
      ? [
          id,
          {
            ...rule,
            needs: [...rule.needs, "echo", ...(id === "statement.qualified-resource" ? ["versions"] : [])],
          },
        ]
      : [id, rule],
  );
  return Object.fromEntries(echoing);
}

function echo(part: string, sentAs: BodyMember, title: string, clauses: readonly string[]): RuleBody {
  return guarantee(
    title,
    clauses,
    `${response}, Statement; Request Body, ${sentAs}`,
    "implied",
    ({ analysis, result }) => {
      const sent = analysis.body.members?.[sentAs];
      const { parsed } = result.statement;
      if (parsed === null || typeof sent !== "string") return null;
      // A list of one action equals that action; an id is never a list.
      const said = part === "Action" ? sole(parsed[part]) : parsed[part];
      return said === sent ? holds : violated(`"${part}": ${show(sent)}`, `"${part}": ${show(parsed[part])}`);
    },
    openToAccept.filter((question) => !question.startsWith(`${sentAs}.`)),
  );
}

function condition(sentAs: BodyMember, key: string, clauses: readonly string[]): RuleBody {
  const title = `The statement has a condition with the ${sentAs} that was sent`;
  return guarantee(
    title,
    clauses,
    `Request Body, ${sentAs}`,
    "implied",
    ({ analysis, result }) => {
      const sent = analysis.body.members?.[sentAs];
      const { parsed } = result.statement;
      if (parsed === null || typeof sent !== "string" || sent === "") return null;
      const found = conditionsOf(parsed).some(
        (one) =>
          one.key.toLowerCase().endsWith(`:${key}`) &&
          admits(one.operator) &&
          one.values.length === 1 &&
          digitsIn(one.values[0]) === sent,
      );
      return found
        ? holds
        : violated(`a condition that ${sentAs} is ${show(sent)}`, `"Condition": ${show(parsed.Condition)}`);
    },
    openToAccept,
  );
}

/** Elements of a statement and of a policy, by their names in lower case. A body may name them, although the request has none. */
const elements: ReadonlyMap<string, string> = new Map(
  ["Effect", "Resource", "Sid", "Condition", "NotPrincipal", "NotAction", "NotResource", "Version", "Id"].map(
    (element) => [element.toLowerCase(), element],
  ),
);

/**
 * A request with members that are named after parts of a statement. Whether it is refused is left open, and a target that
 * refuses it makes no statement of it; otherwise the statement must not hold what they ask for. Parts that the target adds by
 * itself are not judged here.
 */
function judgeDocumentedMembers({ analysis, result, stateAnalysis, before }: Addition): Judgement | null {
  const { refusalReasons, questions, resource: wanted, body } = analysis;
  if (refusalReasons.length > 0 || questions.length !== 1) return null;
  if (questions[0] !== "body.unknown-member" || wanted === null || stateAnalysis.key === null) return null;
  const members: Parts = body.members ?? {};
  const asked = Object.keys(members).filter((name) => elements.has(name.toLowerCase()));
  if (asked.length === 0 || result.kind === "unsettled") return null;
  if (result.kind === "refused") return result.status === 400 ? holds : null;
  const { parsed } = result.statement;
  if (parsed === null) return null;
  const documented: Parts = {
    Effect: "Allow",
    Sid: members.StatementId,
    Resource: functionArn(before.home, stateAnalysis.key),
  };
  for (const name of asked) {
    const element = elements.get(name.toLowerCase()) ?? name;
    if (!isTaken(element, members[name], parsed[element]) || documented[element] === members[name]) continue;
    const expected = documented[element];
    return {
      ...violated(
        expected === undefined ? `no ${element} from the body` : `"${element}": ${show(expected)}`,
        `"${element}": ${show(parsed[element])}`,
      ),
      unless: ["statement.effect"],
    };
  }
  return holds;
}

/** Says whether a part of the statement is, or for conditions contains, what the body asked for. */
function isTaken(element: string, asked: unknown, found: unknown): boolean {
  if (element !== "Condition") return isDeepStrictEqual(sole(found), sole(asked));
  const text = (one: ReturnType<typeof conditionsOf>[number]) => canonicalJson(one);
  const all = new Set(conditionsOf({ Condition: found }).map(text));
  const wanted = conditionsOf({ Condition: asked }).map(text);
  return wanted.length > 0 && wanted.every((one) => all.has(one));
}

function plain({ analysis }: Addition): boolean {
  return !analysis.variations.some((variation) => variation.startsWith("FunctionName."));
}

function resource({ before, result, stateAnalysis }: Added, wanted: Resource): Judgement | null {
  const { parsed } = result.statement;
  if (parsed === null || stateAnalysis.key === null || wanted.qualifier === "$LATEST") return null;
  const arn = functionArn(before.home, stateAnalysis.key);
  return sole(parsed.Resource) === arn
    ? holds
    : violated(`"Resource": "${arn}"`, `"Resource": ${show(parsed.Resource)}`);
}

/** The ARN of a function, version or alias. `key` is a name or name:qualifier. */
function functionArn({ partition, region, account }: Addition["before"]["home"], key: string): string {
  return `arn:${partition}:lambda:${region}:${account}:function:${key}`;
}

type Parts = Readonly<Record<string, unknown>>;

/** The principals of a statement if all of them are of one kind; none if it also names another kind. */
function principalsOf(statement: Parts, kind: "AWS" | "Service"): readonly unknown[] {
  const principal = statement.Principal;
  if (!isRecord(principal)) return [];
  const others = Object.keys(principal).filter((key) => key !== kind && listed(principal[key]).length > 0);
  return others.length === 0 ? listed(principal[kind]) : [];
}

/** Says whether a statement names everyone, alone or beside others. */
function isForEveryone({ Principal: principal }: Parts): boolean {
  return [principal, ...(isRecord(principal) ? listed(principal.AWS) : [])].includes("*");
}

/** The conditions of a statement, under any operator. */
export function conditionsOf(
  statement: Parts,
): readonly { readonly operator: string; readonly key: string; readonly values: readonly unknown[] }[] {
  const condition = statement.Condition;
  if (!isRecord(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    isRecord(keys)
      ? Object.entries(keys).map(([key, value]) => ({ operator, key, values: [value].flat() }))
      : [],
  );
}

/**
 * Whether an operator admits its own value. The document does not say which operator is used, and whether the key may be
 * absent.
 */
function admits(operator: string): boolean {
  return /(equals(ignorecase)?|like)(ifexists)?$/i.test(operator) && !/not/i.test(operator);
}

/** The element that negates a statement, such as NotAction; null when it has none. */
function exceptionIn(statement: Parts): string | null {
  const elements = ["NotPrincipal", "NotAction", "NotResource"];
  return elements.find((element) => listed(statement[element]).length > 0) ?? null;
}

/** A serializer may write null or an empty list for an absent member. */
function listed(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value].flat();
}
