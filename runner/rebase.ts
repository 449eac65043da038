import type { Counterexample, CounterexampleStep } from "../reports/report.ts";
import { jsonObject, revisionIn, versionIn } from "../spec/answer.ts";
import {
  type Answer,
  type Batch,
  type Call,
  type Header,
  operations,
  revisionSlot,
  type Step,
  versionSlot,
} from "../spec/exchange.ts";
import { type Fixture, lookalikes } from "../spec/fixture.ts";
import { decoded } from "../spec/target.ts";

// A report holds the requests of a counterexample but no test case, so names are replaced in the text of
// the requests.

/** The batches of a reported counterexample for another fixture, ready to be sent. */
export function rebased(counterexample: Counterexample, fixture: Fixture): readonly Batch[] {
  return onFixture(historyOf(counterexample), counterexample.home, fixture);
}

/** Batches that were made for functions with names of ours, for another fixture. */
export function onFixture(
  batches: readonly Batch[],
  from: FunctionHome | undefined,
  to: Fixture,
): readonly Batch[] {
  const now = renamed(batches, namesIn(batches), namesOf(to));
  return from === undefined ? now : withTexts(now, mover(from, to));
}

/** The names of the functions of a fixture, the function under test first, in the order of `namesIn`. */
export function namesOf({ main, other, unknownName }: Fixture): readonly string[] {
  return [main.name, other?.name ?? main.name, unknownName, ...lookalikes(main.name)];
}

/** The partition, region and account of the functions. */
type FunctionHome = NonNullable<Counterexample["home"]>;

/** The names of the functions in a history, the one under test first; none if none was created. */
function namesIn(batches: readonly Batch[]): readonly string[] {
  for (const { call } of batches.flat()) {
    const text = `${decoded(call.target)} ${call.body ?? ""}`;
    const found =
      /(addperm-ct-[A-Za-z0-9]+-[a-z0-9]+)(?:-(?:mai|main2?|other|none)|_main)(?![A-Za-z0-9])/.exec(text);
    const prefix = found?.[1];
    if (prefix !== undefined) {
      const main = `${prefix}-main`;
      return [main, `${prefix}-other`, `${prefix}-none`, ...lookalikes(main)];
    }
  }
  return [];
}

/** The batches of a counterexample, with slots for revisions and versions from earlier answers. */
export function historyOf({ steps }: Counterexample): readonly Batch[] {
  const batches = new Map<number, Step[]>();
  for (const [index, one] of steps.entries()) {
    const number = one.request.round ?? index;
    batches.set(number, [...(batches.get(number) ?? []), stepOf(one, index, steps)]);
  }
  return [...batches].sort(([a], [b]) => a - b).map(([, batch]) => batch);
}

function stepOf(one: CounterexampleStep, index: number, steps: readonly CounterexampleStep[]): Step {
  const { request } = one;
  const key = request.key ?? `step-${index}`;
  const call: Call = {
    operation: operations.find((name) => name === request.operation) ?? "AddPermission",
    method: request.method,
    target: request.path,
    headers: Object.entries(request.headers),
    body: request.body,
    ...(request.encoding === undefined ? {} : { encoding: request.encoding }),
    ...(request.raw === undefined ? {} : { raw: request.raw }),
    ...(request.connection === undefined ? {} : { connection: request.connection }),
  };
  const { revisionFrom, versionFrom } = request;
  const answerTo = (wanted: string) => steps.find((other) => other.request.key === wanted);
  const guarded = revisionFrom === undefined ? call : slotted(call, answerTo(revisionFrom));
  return {
    key,
    call: versionFrom === undefined ? guarded : withVersionSlot(guarded, answerTo(versionFrom)),
    ...(revisionFrom === undefined ? {} : { revisionFrom }),
    ...(versionFrom === undefined ? {} : { versionFrom }),
  };
}

/** Replaces a version by its slot where a version is meant, and not the same digits elsewhere. */
function withVersionSlot(call: Call, source: CounterexampleStep | undefined): Call {
  const response = source?.response ?? null;
  const version = response === null ? null : versionIn(answerOf(response));
  if (version === null) return call;
  const inTarget = new RegExp(`(:|%3A|Qualifier=)${version}(?=[/?&]|$)`, "gi");
  return {
    ...call,
    target: call.target.replace(inTarget, `$1${versionSlot}`),
    body:
      call.body?.replaceAll(`"FunctionVersion":"${version}"`, `"FunctionVersion":"${versionSlot}"`) ?? null,
  };
}

/** Replaces the value of a RevisionId by its slot, and not the same text elsewhere. */
function slotted(call: Call, source: CounterexampleStep | undefined): Call {
  const response = source?.response ?? null;
  // A report truncates long answers; then the member of the request holds the value.
  const answered = response === null ? null : revisionIn(answerOf(response));
  const revision = answered ?? jsonObject(call.body ?? "")?.RevisionId;
  if (typeof revision !== "string" || revision === "") return call;
  const inQuery = encodeURIComponent(revision);
  const inBody = JSON.stringify(revision);
  return {
    ...call,
    target: call.target.replace(/([?&]RevisionId=)([^&#]*)/g, (all, name: string, value: string) =>
      value === inQuery ? `${name}${revisionSlot}` : all,
    ),
    body:
      call.body?.replace(/("RevisionId"\s*:\s*)("(?:[^"\\]|\\.)*")/g, (all, name: string, value: string) =>
        value === inBody ? `${name}"${revisionSlot}"` : all,
      ) ?? null,
  };
}

function answerOf({ status, headers, body }: NonNullable<CounterexampleStep["response"]>): Answer {
  return {
    kind: "response",
    status,
    headers: Object.entries(headers).map(([name, value]): Header => [name, value]),
    body,
    sentAt: 0,
    answeredAt: 0,
  };
}

/** Changes every text of a history that may name a function. */
function withTexts(batches: readonly Batch[], change: (text: string) => string): readonly Batch[] {
  const changed = (call: Call): Call => {
    const { target, body, encoding, raw, connection } = call;
    return {
      ...call,
      target: change(target),
      body: body === null || encoding === "base64" ? body : change(body),
      ...(raw && { raw: { ...raw, lines: raw.lines.map(change) } }),
      ...(connection !== undefined && { connection: change(connection) }),
    };
  };
  return batches.map((batch) => batch.map((step) => ({ ...step, call: changed(step.call) })));
}

/** Moves a text to functions in another partition, region or account. */
function mover(from: FunctionHome, to: FunctionHome): (text: string) => string {
  return (text) =>
    text
      // A colon in a path may be percent-encoded.
      .replace(
        /arn(:|%3[aA])([a-z-]+)\1lambda\1([a-z0-9-]+)\1/g,
        (all, colon: string, partition: string, region: string) =>
          partition === from.partition && region === from.region
            ? ["arn", to.partition, "lambda", to.region, ""].join(colon)
            : all,
      )
      .replaceAll(from.account, to.account);
}

/** Replaces the names in a history by those of another fixture, including percent-encoded names. */
export function renamed(
  batches: readonly Batch[],
  names: readonly string[],
  now: readonly string[],
): readonly Batch[] {
  if (names.join() === now.join()) return batches;
  const renamers = names.map((name, index) => renamer(name, now[index] ?? name));
  return withTexts(batches, (text) => renamers.reduce((sum, one) => one(sum), text));
}

function renamer(from: string, to: string): (text: string) => string {
  const letters = Array.from(from);
  const pattern = new RegExp(letters.map((letter) => `(?:${letter}|${percent(letter)})`).join(""), "gi");
  return (text) => {
    if (!text.includes("%")) return text.replaceAll(from, to);
    return text.replace(pattern, (found) =>
      decodeURIComponent(found) === from ? encodedLike(to, found) : found,
    );
  };
}

/** Percent-encodes the same positions of the name as in the sample, in the same case. */
function encodedLike(name: string, sample: string): string {
  const marks = sample.match(/%..|./g) ?? [];
  const lower = /%\d?[a-f]/.test(sample);
  return Array.from(name, (letter, at) => {
    const mark = marks[Math.min(at, marks.length - 1)] ?? "";
    if (!mark.startsWith("%")) return letter;
    return lower ? percent(letter) : percent(letter).toUpperCase();
  }).join("");
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`;
}
