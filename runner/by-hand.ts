import { curl, type Making, playLine } from "../reports/curl.ts";
import { type Setup, setupLines } from "../reports/shell-setup.ts";
import type { Exchange } from "../spec/exchange.ts";
import type { Stage } from "../spec/stage.ts";
import type { ReportOptions } from "./report.ts";
import type { Confirmed } from "./shrink.ts";

/** A counterexample as a reader tries it by hand. */
export interface ByHand {
  /** Complete in itself. */
  readonly curl: string;
  /** The same after the lines of the report's `shell`. */
  readonly play: string;
}

/** The commands that show a counterexample by hand. With --sign, credentials are shell variables. */
export function byHand({ played }: Confirmed, options: ReportOptions, stage: Stage | null): ByHand {
  const input = {
    ...setupOf(options, stage),
    steps: played.rounds.map((round) => round.map(({ step }) => step)),
    make: stage === null ? [] : makings(stage, played.rounds.flat()),
  };
  const clean = cleaner(options);
  return { curl: clean(curl(input)), play: clean(playLine(input)) };
}

/** The lines that every counterexample's `play` needs. */
export function shellOf(options: ReportOptions, stage: Stage | null): readonly string[] {
  return setupLines(setupOf(options, stage), new Set(["function", "version", "alias"])).map(cleaner(options));
}

/** The constant headers of a run that does not sign look like secrets and are none. */
function cleaner({ curl: { sign }, redact }: ReportOptions): (text: string) => string {
  return sign ? redact : (text) => text;
}

function setupOf({ curl: how, target }: ReportOptions, stage: Stage | null): Setup {
  const role = stage?.recipe?.role.split("/").at(-1) ?? "";
  return {
    ...how,
    endpoint: target.endpoint,
    region: stage?.region ?? "us-east-1",
    recipe: stage?.recipe ?? null,
    // A role with our prefix was created for the run, because the target insisted on one.
    role: role.startsWith("addperm-ct-") ? role : null,
  };
}

/** What makes, from nothing, all that a history names: the functions, a version, an alias. */
function makings(stage: Stage, exchanges: readonly Exchange[]): readonly Making[] {
  const { recipe, main, other } = stage;
  if (recipe === null) return [];
  const sent = exchanges.map(({ call }) => `${decoded(call.target)} ${call.body ?? ""}`).join("\n");
  const { name } = main;
  const second: readonly Making[] =
    other !== null && sent.includes(other.name) ? [{ kind: "function", name: other.name }] : [];
  if (!sent.includes(name)) return second;
  const made: Making[] = [{ kind: "function", name }, ...second];
  const aliases = aliasesIn(main.aliases, sent);
  if (/Qualifier=\d|:\d+[/?]|aliases/.test(sent) || aliases.length > 0) made.push({ kind: "version", name });
  return [...made, ...aliases.map((alias): Making => ({ kind: "alias", name, alias }))];
}

function aliasesIn(aliases: Stage["main"]["aliases"], sent: string): readonly string[] {
  const names = Object.values(aliases ?? {});
  return names.filter((alias) => new RegExp(`[:=/]${alias}(?![A-Za-z0-9_-])`).test(sent));
}

function decoded(target: string): string {
  try {
    return decodeURIComponent(target);
  } catch {
    return target;
  }
}
