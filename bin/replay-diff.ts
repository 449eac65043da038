import { commandOptions, type Given } from "../api/check-options.ts";
import { sleep } from "../client/deadline.ts";
import {
  type DiffReport,
  isAbout,
  type Side,
  shownCauses,
  sidesText,
  type TargetDifference,
} from "../reports/diff.ts";
import { escapeTerminal } from "../reports/escape.ts";
import { count } from "../reports/verdict.ts";
import { type ReplayedDifference, replayDifferences } from "../runner/diff/replay-difference.ts";
import { phrase } from "../spec/answer.ts";
import type { Exchange } from "../spec/exchange.ts";
import { Fault } from "../spec/fault.ts";
import { nearest } from "../spec/nearest.ts";
import type { CommandContext } from "./context.ts";
import { namedTargets, type TargetOptions, targetIn, withTwoTargets } from "./session.ts";

/** How the target is reached that requests are sent to again. */
export type ResendOptions = Omit<TargetOptions, "seed">;

/**
 * Resends differences of a diff.json to both targets: those about a rule or topic, or the smallest of each cause. Exit code 1:
 * one still shows, 0: none does, 2: the requests could not be sent.
 */
export async function replayDiff(
  diff: DiffReport,
  path: string,
  given: Given<"replay">,
  signal: AbortSignal,
  context: CommandContext,
): Promise<0 | 1 | 2> {
  const { rule } = commandOptions(given);
  const chosen = chosenIn(diff, rule, path);
  const [x, y] = targetsOf(diff, path, given);
  return withTwoTargets({ x, y, seed: diff.seed, signal }, context, async (sides) => {
    for (const side of ["x", "y"] as const) {
      const { name, endpoint } = sides[side].target;
      context.stdout.write(`${escapeTerminal(`${side}  ${name} at ${endpoint}`)}\n`);
    }
    const { replayed, left } = await replayDifferences(chosen, {
      sides,
      signal,
      sleep: (ms) => sleep(ms, signal),
    });
    for (const problem of left) context.stderr.write(`${escapeTerminal(problem)}\n`);
    const lines = [...replayed.flatMap(resultLines), "", conclusion(replayed, chosen.length)];
    context.stdout.write(`${lines.map((line) => escapeTerminal(line)).join("\n")}\n`);
    return codeOf(replayed, chosen.length);
  });
}

function chosenIn(diff: DiffReport, rule: string | undefined, path: string): readonly TargetDifference[] {
  const { differences } = diff;
  if (differences.length === 0)
    throw new Fault(`${path} has no difference, so there is nothing to send again: name another file.`);
  const chosen =
    rule === undefined
      ? shownCauses(diff).map(({ differences: [shown] }) => shown)
      : differences.filter((one) => isAbout(one, [rule]));
  if (chosen.length === 0) {
    const hint = nearest(
      rule ?? "",
      differences.map(({ topic }) => topic),
    );
    throw new Fault(
      `${path} has no difference about ${JSON.stringify(rule)}: ${hint === null ? "leave --rule out, or name a rule or topic that the comparison shows." : `did you mean ${hint}?`}`,
      { option: "rule" },
    );
  }
  return chosen;
}

/** The connections: those that the user names, or those that the file names. Keys are used only with --sign. */
function targetsOf(
  { targets }: DiffReport,
  path: string,
  given: Given<"replay">,
): readonly [ResendOptions, ResendOptions] {
  const { target: _, endpoint: __, report: ___, rule: ____, ...options } = commandOptions(given);
  if (options.functionName !== undefined || options.stateless === true)
    throw new Fault(
      `${path} is about two targets, and --function and --stateless are for the report of one: leave them out.`,
      { option: "report" },
    );
  const named = namedTargets(given);
  const [x, y] = named;
  if (named.length !== 0 && (x === undefined || y === undefined || named.length > 2))
    throw new Fault(
      `${path} is about two targets, and ${named.length} ${named.length === 1 ? "is" : "are"} named: give --endpoint or --target twice in all, or not at all.`,
      { option: "endpoint" },
    );
  const of = (side: Side): ResendOptions => {
    const one = (side === "x" ? x : y) ?? targetIn(targets[side], options, path);
    const { role, sign, ...rest } = { region: targets[side].region, ...options };
    return one.endpoint === undefined ? { ...rest, ...one } : { ...rest, role, sign, ...one };
  };
  return [of("x"), of("y")];
}

function resultLines(one: ReplayedDifference): readonly string[] {
  const { difference, exchanges } = one;
  const { topic, title } = difference;
  return [
    "",
    topic === title ? topic : `${topic}  ${title}`,
    ...exchanges.x.flatMap((batch, index) =>
      batch.flatMap((ofX) => {
        const ofY = exchanges.y[index]?.find(({ step }) => step.key === ofX.step.key);
        return [
          `${index + 1}. ${requestLine(ofX)}`,
          `   x → ${answerLine(ofX)}`,
          ...(ofY === undefined ? [] : [`   y → ${answerLine(ofY)}`]),
        ];
      }),
    ),
    verdictLine(one),
  ];
}

function verdictLine({ difference, now, isAsReported, notExecuted }: ReplayedDifference): string {
  if (notExecuted !== null) return `could not be tried: ${notExecuted}`;
  if (now === null) return `no longer shows: ${sidesText(difference, [difference])} was reported`;
  const text = sidesText(now, now.where === null ? [] : [{ where: now.where }]);
  return isAsReported ? `still shows: ${text}` : `differs in another way: ${text}`;
}

function conclusion(replayed: readonly ReplayedDifference[], chosen: number): string {
  const showing = replayed.filter(({ now }) => now !== null).length;
  const unknown = chosen - replayed.length + replayed.filter((one) => one.notExecuted !== null).length;
  const rest = unknown === 0 ? "" : `, ${unknown} could not be tried`;
  return `${showing} of ${count(chosen, "difference")} still ${showing === 1 ? "shows" : "show"}${rest}.`;
}

function codeOf(replayed: readonly ReplayedDifference[], chosen: number): 0 | 1 | 2 {
  if (replayed.some(({ now }) => now !== null)) return 1;
  const isKnown = replayed.length === chosen && replayed.every((one) => one.notExecuted === null);
  return isKnown ? 0 : 2;
}

/** A request as one line, with its body. */
export function requestLine({ call }: Exchange): string {
  return `${call.method} ${call.target}${call.body === null ? "" : ` ${short(call.body)}`}`;
}

/** An answer as one line, or why there is none. */
export function answerLine({ answer }: Exchange): string {
  const text = answer.kind === "none" ? answer.detail : answer.body;
  return `${phrase(answer)}${text === "" ? "" : ` ${short(text)}`}`;
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
