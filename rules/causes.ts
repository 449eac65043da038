import type { Rule } from "../oracle/rule.ts";
import { errorName } from "../spec/answer.ts";
import type { Answer } from "../spec/exchange.ts";

/** What a violation means for a user of the target, gravest first. */
export const gravities = ["no-answer", "state", "acceptance", "refusal", "error", "shape"] as const;
type Gravity = (typeof gravities)[number];

/** What violations have in common. */
export interface Cause {
  /** Stable across runs and versions of the target: `values.accepted`, `policy.separate-qualifiers`. */
  readonly id: string;
  /** The claim that is violated, as a sentence. */
  readonly title: string;
  readonly gravity: Gravity;
}

/** A violated rule, and the answer that shows the violation; null if no single answer does. */
export interface ViolatedRule {
  readonly rule: Rule;
  readonly answer: Answer | null;
  /** Rules that would explain the violation in some of the requests that show it. */
  readonly unless?: readonly string[];
}

/** A cause, and the violated rules that it explains. */
export interface CauseGroup<T extends ViolatedRule = ViolatedRule> extends Cause {
  readonly violations: readonly T[];
}

/** Rules that demand the same of several inputs, or of several parts of one effect. */
export const families: readonly { readonly id: string; readonly title: string; readonly rules: RegExp }[] = [
  {
    id: "required",
    title: "A request without a required member is refused",
    rules: /\.required$/,
  },
  { id: "types", title: "A member that is not a string is refused", rules: /\.type$/ },
  {
    id: "values",
    title: "A value that breaks its pattern or length is refused",
    rules: /\.(pattern|minLength|maxLength)$/,
  },
  {
    id: "body",
    title: "A body that is not a JSON object is refused",
    rules: /^body\.(malformed-json|not-an-object|empty)$/,
  },
  {
    id: "principals",
    title: "A Principal that is neither a service nor an account is refused",
    rules: /^Principal\.(neither|account-digits|blank)$/,
  },
  {
    id: "routes",
    title: "Another method or path adds nothing",
    rules: /^(route\.other-(method|version)|FunctionName\.empty)$/,
  },
  {
    id: "other-places",
    title: "A full ARN of another region, account or partition is refused",
    rules: /^resource\.other-/,
  },
  {
    id: "missing",
    title: "A function, version or alias that does not exist is not found",
    rules: /^resource\.(unknown|deleted)-/,
  },
  {
    id: "duplicates",
    title: "A StatementId that the policy already holds is refused",
    rules: /^StatementId\.duplicate/,
  },
  {
    id: "revisions",
    title: "A RevisionId that is not the current one is refused",
    rules: /^RevisionId\.(never-seen|stale|used|foreign)$/,
  },
  {
    id: "names",
    title: "A function is found by every documented form of its name",
    rules: /^FunctionName\.(name|full-arn|partial-arn|literal-colons|encoded-letters|length-140)/,
  },
  {
    id: "qualifiers",
    title: "A version or alias is found by its Qualifier",
    rules: /^Qualifier\.(version|alias|longest|agrees)$/,
  },
  {
    id: "members",
    title: "Every documented value of a member is accepted",
    rules:
      /^(Action\.(get-function|all-of-lambda)|Principal\.(account|service|token-service)|SourceArn\.(bucket|topic|any-resource)|SourceAccount\.(alone|with-source-arn)|EventSourceToken\.(accepted|longest)|StatementId\.(shortest|longest))$/,
  },
  {
    id: "spellings",
    title: "The same body, spelled otherwise, is accepted",
    rules: /^(body\.(member-order|white-space|escapes)|request\.charset)$/,
  },
  {
    id: "statement.principals",
    title: "The returned statement has the Principal that was asked for",
    rules: /^(statement\.(account|service)|observed\.(account-root|identity-principal|everyone))$/,
  },
  {
    id: "statement.resources",
    title: "The Resource is the ARN of the function, version or alias that was named",
    rules: /^statement\.(resource|qualified-resource|one-resource)$/,
  },
  {
    id: "statement.conditions",
    title: "The returned statement has the conditions that were asked for, and no other",
    rules: /^(statement\.(source-arn|source-account|event-source-token|no-condition)|observed\.arn-like)$/,
  },
  {
    id: "errors.documented",
    title: "A refusal has a name and a status that the document lists",
    rules: /^errors\.documented-(name|status)$/,
  },
  {
    id: "observed.validation",
    title: "A value that breaks a constraint is refused as ValidationException, before anything is looked up",
    rules: /^observed\.(validation-exception|constraints-first)$/,
  },
];

/** The cause of one violation: what the rule demands, and how the target answers instead. */
export function causeOf({ rule, answer }: ViolatedRule): Cause {
  const { id, title } = families.find(({ rules }) => rules.test(rule.id)) ?? rule;
  const suffix = isAboutAnswers(rule) ? `.${answerLabel(answer)}` : "";
  return { id: id + suffix, title, gravity: gravityOf(rule, answer) };
}

/** Stable and short: `accepted`, `no-answer`, `500`, `404-ResourceNotFoundException`. */
function answerLabel(answer: Answer | null): string {
  if (answer === null || answer.kind === "none") return "no-answer";
  if (answer.status < 300) return "accepted";
  const name = errorName(answer);
  return name !== null && /^[\w.-]{1,60}$/.test(name) ? `${answer.status}-${name}` : `${answer.status}`;
}

/** Topics of rules on what policies hold. */
const stateTopics: ReadonlySet<string> = new Set([
  "policy",
  "race",
  "refusal",
  "revision",
  "published",
  "re-created",
  "remove",
  "alias",
  "version",
  "function",
  "read",
]);

/** Other rules whose violation is a wrong acceptance if the answer is a success; else it has this gravity. */
const bySuccess: Readonly<Record<string, Gravity>> = {
  "errors.several-faults": "error",
  "observed.latest-is-refused": "error",
  "observed.size-limit": "refusal",
};

/** Rules on what a success holds. */
const shapes = /^(success|statement)\.|^observed\.(account-root|identity-principal|everyone|arn-like)$/;

function gravityOf(rule: Rule, answer: Answer | null): Gravity {
  const { id, trigger } = rule;
  const topic = id.split(".")[0] ?? id;
  const isAccepted = answerLabel(answer) === "accepted";
  if (topic === "answer") return "no-answer";
  if (trigger.on === "refusal-reason") return isAccepted ? "acceptance" : "error";
  // The size limit is the target's own; too large a policy is refused, but not by this name.
  if (id === "policy.too-large") return "error";
  if (isAboutAnswers(rule)) return "refusal";
  const otherwise = bySuccess[id];
  if (otherwise !== undefined) return isAccepted ? "acceptance" : otherwise;
  if (stateTopics.has(topic)) return "state";
  if (shapes.test(id)) return answer === null || isAccepted ? "shape" : "refusal";
  return "error";
}

/**
 * The causes of violations, and the violations of each. The gravest cause comes first, but after a cause that explains it.
 * A rule about any error answer belongs to the cause whose requests get that answer, if there is one.
 */
export function causesOf<T extends ViolatedRule>(violations: readonly T[]): readonly CauseGroup<T>[] {
  const groups = new Map<string, Cause & { readonly violations: T[]; readonly label: string | null }>();
  const general: T[] = [];
  const add = (violation: T, label: string | null) => {
    const cause = causeOf(violation);
    const known = groups.get(cause.id);
    if (known === undefined) groups.set(cause.id, { ...cause, violations: [violation], label });
    else known.violations.push(violation);
  };
  for (const violation of violations) {
    const { rule } = violation;
    if (rule.id.startsWith("errors.")) general.push(violation);
    else add(violation, isAboutAnswers(rule) ? answerLabel(violation.answer) : null);
  }
  for (const violation of general) {
    const label = answerLabel(violation.answer);
    const [same] = [...groups.values()]
      .filter((group) => group.label === label && label !== "accepted")
      .sort((a, b) => b.violations.length - a.violations.length);
    if (same === undefined) add(violation, null);
    else same.violations.push(violation);
  }
  for (const [id, { violations, label }] of groups) {
    // An id is taken where the target accepted it before.
    const accepted = label === conflict ? groups.get(id.replace(label, "accepted")) : undefined;
    if (accepted === undefined) continue;
    accepted.violations.push(...violations);
    groups.delete(id);
  }
  for (const [id, of] of following) {
    const first = groups.get(of);
    const follows = groups.get(id);
    if (first === undefined || follows === undefined) continue;
    first.violations.push(...follows.violations);
    groups.delete(id);
  }
  const causes = [...groups.values()].map(({ label: _, ...group }) => ({ ...group, title: titleOf(group) }));
  return inOrder(causes);
}

const conflict = "409-ResourceConflictException";

/** Causes that follow from another one: where a policy is shared, an id is taken, and a new version or alias is not empty. */
const following: readonly (readonly [cause: string, of: string])[] = [
  ["published.starts-empty", "policy.separate-qualifiers"],
  ["alias.starts-empty", "policy.separate-qualifiers"],
  [`StatementId.on-other-qualifier.${conflict}`, "policy.separate-qualifiers"],
  [`StatementId.on-other-function.${conflict}`, "policy.separate-functions"],
];

/** The gravest first, but after the causes that explain a part of it. */
function inOrder<T extends ViolatedRule>(causes: readonly CauseGroup<T>[]): readonly CauseGroup<T>[] {
  const left = causes.toSorted((a, b) => weight(a) - weight(b));
  const ordered: CauseGroup<T>[] = [];
  while (left.length > 0) {
    const first = left.findIndex((cause) =>
      left.every((other) => !explains(other, cause) || explains(cause, other)),
    );
    ordered.push(...left.splice(Math.max(0, first), 1));
  }
  return ordered;
}

/** Of equal gravity, a request with one difference comes before a combination of several. */
function weight({ gravity, violations }: CauseGroup): number {
  const isCombined = violations.every(({ rule }) => rule.id === "request.combination");
  return gravities.indexOf(gravity) + (isCombined ? 0.5 : 0);
}

function explains(cause: CauseGroup, other: CauseGroup): boolean {
  const ids = cause.violations.map(({ rule }) => rule.id);
  return cause !== other && other.violations.some(({ unless = [] }) => unless.some((id) => ids.includes(id)));
}

/** Rules that demand an answer to some requests: the answer that came instead is part of the cause. */
function isAboutAnswers({ id, trigger: { on } }: Rule): boolean {
  const others = ["request.combination", "policy.too-large"];
  return on === "refusal-reason" || on === "variation" || others.includes(id);
}

/** A cause with one rule has the claim of that rule. */
function titleOf({ title, violations }: Pick<CauseGroup, "title" | "violations">): string {
  const own = violations.filter(({ rule }) => !rule.id.startsWith("errors."));
  const [first, ...more] = own.length > 0 ? own : violations;
  return first !== undefined && more.length === 0 ? first.rule.title : title;
}
