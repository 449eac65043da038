import type { Counterexample, CounterexampleStep, Report } from "../reports/report.ts";
import { shortened, show } from "../rules/define.ts";
import { jsonObject } from "../spec/answer.ts";
import { isRecord, parseJson } from "../spec/body.ts";
import { statementText } from "../spec/statement.ts";
import { decoded } from "../spec/target.ts";

/**
 * What findings say was seen, and what the exchanges of their counterexamples do not hold; one sentence each. It reads the
 * exchanges again, without the rules and the model, so that a wrong sentence of a rule does not confirm itself.
 */
export function unheld({ rules }: Pick<Report, "rules">): readonly string[] {
  return rules.flatMap(({ id, counterexample: found }) =>
    found === undefined ? [] : wrongIn(found).map((wrong) => `${id} saw ${found.seen}, but ${wrong}`),
  );
}

function wrongIn(found: Counterexample): readonly string[] {
  const { expected, steps } = found;
  const round = steps.filter(({ request }) => request.round === steps.at(-1)?.request.round);
  const seen = found.seen.replace(/, each time, while valid requests before and after it succeeded$/, "");
  const said = /… \(\S+ characters\) …|^"\w+": absent$/.test(seen) ? "" : seen;
  const texts = textsIn(steps);
  const quotes = quotesIn(said).filter((quote) => !texts.some((text) => holdsQuote(text, quote)));
  return [
    ...formIn(seen, { expected, steps, round }),
    ...quotes.map((quote) => `no exchange holds ${quote}`),
    ...(seen === expected ? ["it was expected"] : []),
  ];
}

function formIn(seen: string, of: FindingExchanges): readonly string[] {
  for (const [pattern, holds] of forms) {
    const match = pattern.exec(seen);
    if (match !== null) return holds(match, of) ? [] : ["its exchanges do not hold it"];
  }
  return ["it is not known what an exchange could hold of it"];
}

/** The exchanges of a finding, and those of its last batch, which shows the violation. */
interface FindingExchanges {
  readonly expected: string;
  readonly steps: readonly CounterexampleStep[];
  readonly round: readonly CounterexampleStep[];
}

/** What a finding may say was seen, and how the exchanges hold it. The first form that fits decides. */
const forms: readonly (readonly [RegExp, (match: RegExpExecArray, of: FindingExchanges) => boolean])[] = [
  [/^\d+ × /, ({ input }, { round }) => holdsCounts(input, round)],
  [
    /^(\d{3}) without a name$/,
    ([, status], { round }) => round.some((step) => phrase(step) === `${status} without an error name`),
  ],
  [
    /^(\d{3}.*), a policy without statements$/,
    ([, said], of) => phrase(lastRead(of)) === said && read(of).length === 0,
  ],
  [
    /^(\d{3}.*), after GetPolicy with(?:out any statement)?/,
    ({ input }, of) =>
      isAnswered(input, of) &&
      quotesIn(input.replace(/… \(\S+ characters\) ….*$/s, "")).every((sid) => isShown(sid, of.steps)) &&
      quotesIn(of.expected).every((sid) => !isShown(sid, of.steps)),
  ],
  [/^200 with the body (.*)$/s, ([, body], of) => show(lastRead(of)?.response?.body) === body],
  [
    /^200 with a Policy (that cannot be read as a JSON object|without a list of statements): (.*)$/s,
    ([, what, said], of) => {
      const policy = jsonObject(lastRead(of)?.response?.body ?? "")?.Policy;
      const isObject = typeof policy === "string" && jsonObject(policy) !== null;
      return shortened(String(policy)) === said && isObject === (what === "without a list of statements");
    },
  ],
  [/^(?:(.*) too: )?(\d{3} with .*)$/s, ([, more, shows], of) => shows === shownBy(of) && fitsRead(more, of)],
  [/^(\d{3}|no answer: )/, ({ input }, of) => isAnswered(input, of) && fitsRead(undefined, of)],
  [/^GetPolicy answered (\d{3})/, ([, status], of) => lastRead(of)?.response?.status === Number(status)],
  [/^no such order: after /, ({ input }, { steps }) => holdsCalls(input, steps)],
  [/^no Content-Type$/, (_, of) => answer(of)?.headers["content-type"] === undefined],
  [/^Content-Type: (.*)$/, ([, type], of) => answer(of)?.headers["content-type"] === type],
  [/^the body (.*)$/s, ([, body], of) => show(answer(of)?.body) === body],
  [
    /^members (.*)$/s,
    ([, names], of) => show(Object.keys(jsonObject(answer(of)?.body ?? "") ?? {})) === names,
  ],
  [
    /^Statement: (.*)$/s,
    ([, statement], of) => show(jsonObject(answer(of)?.body ?? "")?.Statement) === statement,
  ],
  [/^"(\w+)": (.*)$/s, ([, part = "", value], of) => show(statementIn(of.round.at(-1))?.[part]) === value],
  [/^"\w+"$/, ({ input }, of) => JSON.stringify(statementIn(of.round.at(-1))).includes(input)],
  [
    /^(".*?"|the statement without .*) (with \S+ .*|without \S+)$/s,
    ({ input }, of) => holdsMember(input, read(of)) && holdsMember(of.expected, before(of)),
  ],
  [
    /^RevisionId (.*)$/,
    ([, revision], of) => show(revisionOf(lastRead(of))) === revision && fitsRevision(of),
  ],
];

/** An answer as findings write it. */
function phrase(step: CounterexampleStep | undefined): string | null {
  if (step === undefined) return null;
  if (step.response === null) return `no answer: ${step.silenceCode}`;
  const { status, error } = step.response;
  return status < 400 ? `${status}` : `${status} ${error ?? "without an error name"}`;
}

function begins(text: string, start: string | null): boolean {
  return start !== null && text.startsWith(start) && !/^\w/.test(text.slice(start.length));
}

/** Exactly these answers, to the additions of the batch with one id or with one revision. */
function holdsCounts(text: string, round: readonly CounterexampleStep[]): boolean {
  const groups = ["StatementId", "RevisionId"].flatMap((member) => {
    const additions = round.filter(({ request }) => request.operation === "AddPermission");
    const values = new Set(additions.map(({ request }) => jsonObject(request.body ?? "")?.[member]));
    return [...values].map((value) =>
      additions.filter(({ request }) => jsonObject(request.body ?? "")?.[member] === value),
    );
  });
  const wanted = text.split(", ").sort().join();
  return groups.some((group) => {
    const phrases = group.map(phrase);
    const counts = [...new Set(phrases)].map(
      (one) => `${phrases.filter((other) => other === one).length} × ${one}`,
    );
    return counts.sort().join() === wanted;
  });
}

/** The calls of an order, each with its answer. */
function holdsCalls(text: string, steps: readonly CounterexampleStep[]): boolean {
  const calls = [...text.matchAll(/(add|remove) ("(?:[^"\\]|\\.)*") \(([^)]*)\)/g)];
  const reads = [...text.matchAll(/a read of (no statement|"(?:[^"\\]|\\.)*"(?: "(?:[^"\\]|\\.)*")*)/g)];
  return (
    calls.length + reads.length > 0 &&
    calls.every(([, kind, sid = "", output = ""]) =>
      steps.some(
        (step) => isCall(step, kind === "add", sid) && outputs[output]?.(step.response?.status ?? 0),
      ),
    ) &&
    reads.every(([, shown]) =>
      steps.some(
        (step) =>
          step.request.operation === "GetPolicy" &&
          (statementsOf(step).map(sidOf).join(" ") || "no statement") === shown,
      ),
    )
  );
}

function isCall(
  { request: { operation, path, body } }: CounterexampleStep,
  adds: boolean,
  sid: string,
): boolean {
  return adds
    ? operation === "AddPermission" && show(jsonObject(body ?? "")?.StatementId) === sid
    : operation === "RemovePermission" && show(decoded(path).split("?")[0]?.split("/").at(-1)) === sid;
}

/** What the status of a call with this output may be; 0 stands for no answer. */
const outputs: Readonly<Record<string, (status: number) => boolean>> = {
  added: (status) => status >= 200 && status < 300,
  removed: (status) => status >= 200 && status < 300,
  refused: (status) => status >= 400 && status < 500,
  absent: (status) => status === 404,
  "no answer": (status) => status === 0 || status >= 400,
};

/** The last answer begins the text. */
function isAnswered(text: string, { round }: FindingExchanges): boolean {
  return round.some((step) => begins(text, phrase(step)));
}

/** The last read in words. */
function shownBy(of: FindingExchanges): string {
  const ids = read(of).map(named).join(", ");
  return `${phrase(lastRead(of))} with ${ids === "" ? "no statement" : shortened(ids)}`;
}

function named(statement: unknown): string {
  const sid = isRecord(statement) ? statement.Sid : undefined;
  return typeof sid === "string"
    ? show(sid)
    : `the statement without a string as Sid ${shortened(statementText(statement))}`;
}

/** The last read agrees with what is said to be missing from it, and with what is said to be too much. */
function fitsRead(more: string | undefined, of: FindingExchanges): boolean {
  const shown = read(of).map(named);
  const missing = /^the statement (".*"), which was acknowledged$|, also (".*")$/s.exec(of.expected);
  const surplus = /^no statement (".*"), wh|, without (".*"), which was refused$/s.exec(of.expected);
  const lost = missing?.[1] ?? missing?.[2];
  const found = more ?? surplus?.[1] ?? surplus?.[2];
  return (
    (lost === undefined || (!shown.includes(lost) && wasAdded(lost, of))) &&
    (found === undefined || (shown.includes(found) && wasAdded(found, of)))
  );
}

/** A statement has the member with that value, or does not have it: `"a" with Effect "Deny"`, `"a" without Condition`. */
function holdsMember(text: string, statements: readonly unknown[]): boolean {
  const [, sid, path = "", value] =
    /^(.*?) (?:with (\S+) (.*?)|without \S+)(?:, as (?:before|it was returned))?$/s.exec(text) ?? [];
  const absent = / without (\S+?)(?:,|$)/.exec(text)?.[1] ?? "";
  return statements
    .filter((statement) => named(statement) === sid || (path || absent) === "Sid")
    .some((statement) => {
      const members = membersOf(JSON.parse(statementText(statement)), "");
      return value === undefined
        ? members.every(([name]) => name !== absent)
        : members.some(([name, held]) => name === path && show(held) === value);
    });
}

/** Every member with its path, also those of members. */
function membersOf(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  const inside = isRecord(value) ? Object.entries(value) : [];
  return [
    [path, value] as const,
    ...inside.flatMap(([key, member]) => membersOf(member, path === "" ? key : `${path}.${key}`)),
  ];
}

/** The statements that answers before the last read showed. */
function before(of: FindingExchanges): readonly unknown[] {
  return of.steps
    .filter((step) => step !== lastRead(of))
    .flatMap((step) => [statementIn(step), ...statementsOf(step)])
    .filter((statement) => statement !== null);
}

function revisionOf(step: CounterexampleStep | undefined): unknown {
  return jsonObject(step?.response?.body ?? "")?.RevisionId;
}

/** The revision was shown before, or another one was. */
function fitsRevision(of: FindingExchanges): boolean {
  const earlier = of.steps.filter((step) => step !== lastRead(of)).map((step) => show(revisionOf(step)));
  return quotesIn(of.expected).every((revision) => earlier.includes(revision));
}

/** The last policy that was read shows the statement. */
function isShown(sid: string, steps: readonly CounterexampleStep[]): boolean {
  const last = steps.findLast(({ request }) => request.operation === "GetPolicy");
  return statementsOf(last).some((statement) => sidOf(statement) === sid);
}

function answer({ round }: FindingExchanges): CounterexampleStep["response"] | undefined {
  return round.at(-1)?.response;
}

/** The statement that an addition returned. */
function statementIn(step: CounterexampleStep | undefined): Readonly<Record<string, unknown>> | null {
  const statement = jsonObject(step?.response?.body ?? "")?.Statement;
  return typeof statement === "string" ? jsonObject(statement) : null;
}

function lastRead({ round }: Pick<FindingExchanges, "round">): CounterexampleStep | undefined {
  return round.findLast(({ request }) => request.operation === "GetPolicy");
}

/** The statements of the last read. */
function read(of: Pick<FindingExchanges, "round">): readonly unknown[] {
  return statementsOf(lastRead(of));
}

function statementsOf(step: CounterexampleStep | undefined): readonly unknown[] {
  const policy = jsonObject(step?.response?.body ?? "")?.Policy;
  const statements = typeof policy === "string" ? jsonObject(policy)?.Statement : undefined;
  return Array.isArray(statements) ? statements : [];
}

function sidOf(statement: unknown): string {
  return show(isRecord(statement) ? statement.Sid : undefined);
}

/** An addition of that id was sent. */
function wasAdded(sid: string, { steps }: FindingExchanges): boolean {
  return steps.some(({ request: { body } }) => show(jsonObject(body ?? "")?.StatementId) === sid);
}

function quotesIn(text: string): readonly string[] {
  return text.match(/"(?:[^"\\]|\\.)*"/gs) ?? [];
}

/** Every text in the exchanges: paths, headers and bodies, and all that is written as JSON inside them. */
function textsIn(steps: readonly CounterexampleStep[]): readonly string[] {
  return steps.flatMap(({ request, response }) => [
    request.path,
    decoded(request.path),
    ...Object.entries(request.headers).flat(),
    ...jsonTexts(request.body ?? ""),
    ...Object.entries(response?.headers ?? {}).flat(),
    ...jsonTexts(response?.body ?? ""),
  ]);
}

function jsonTexts(text: string): readonly string[] {
  const value = parseJson(text);
  return value === undefined ? [text] : [text, ...textsOf(value)];
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return /^\s*[[{]/.test(value) ? jsonTexts(value) : [value];
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, member]) => [key, ...textsOf(member)]);
}

function holdsQuote(text: string, quote: string): boolean {
  return text === JSON.parse(quote) || text.includes(quote);
}
