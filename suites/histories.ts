import fc from "fast-check";
import { encodingNames, type Spelling, spellingOf } from "../generators/spellings.ts";
import { canonicalBody } from "../generators/valid-requests.ts";
import { addPermission, getAlias, getFunction, getPolicy, removePermission } from "../spec/calls.ts";
import { type Batch, type Call, revisionSlot, type Step } from "../spec/exchange.ts";
import type { Fixture } from "../spec/fixture.ts";
import { type Suite, type SuiteOptions, scripted, type TestCase } from "./case.ts";
import {
  type At,
  commands,
  type FaultKind,
  type HistoryCommand,
  type HistoryDraft,
  makeAlias,
  makeAnew,
  makeVersion,
  type PlannedPolicy,
  policyFor,
  policyKey,
  type RevisionSource,
  send,
} from "./history-commands.ts";

/** Random histories on two functions, their versions and aliases, with ids and qualifiers that collide by design. */
export const histories: Suite = {
  name: "histories",
  title: "Random histories of additions, removals, reads and changes of the function",
  testCases: historyTestCases,
};

function historyTestCases({ seed, runs }: SuiteOptions): readonly TestCase[] {
  return fc
    .sample(commands, { seed, numRuns: runs })
    .map((list, at) =>
      scripted(`histories/${at}`, { clean: true, drawn: { kind: "history", commands: list } }, (fixture) =>
        historyRounds(fixture, list),
      ),
    );
}

/** The batches of a history: what each command sends, and at the end a read of every policy that was changed. */
export function historyRounds(fixture: Fixture, commands: readonly HistoryCommand[]): readonly Batch[] {
  const draft: HistoryDraft = { fixture, batches: [], made: new Map(), touched: new Map(), seen: [] };
  for (const [index, command] of commands.entries()) write(draft, command, `${index}`);
  for (const [index, policy] of [...draft.touched.values()].entries())
    read(draft, `end-${index}`, policy, getPolicy(policy.fn.name, policy.qualifier));
  return draft.batches;
}

function write(draft: HistoryDraft, command: HistoryCommand, key: string): void {
  switch (command.kind) {
    case "publish":
      makeVersion(draft, command.other);
      break;
    case "alias":
      makeAlias(draft, command.other, command.alias);
      break;
    case "re-create":
      makeAnew(draft);
      break;
    default: {
      const policy = policyFor(draft, command);
      draft.touched.set(policyKey(policy), policy);
      writeTo(draft, command, { policy, spelled: spelling(draft.fixture, policy, command), key });
    }
  }
}

/** A command on one policy: the policy, its spelling, and the key of the step. */
interface On {
  readonly policy: PlannedPolicy;
  readonly spelled: Spelling;
  readonly key: string;
}

function writeTo(
  draft: HistoryDraft,
  command: Exclude<HistoryCommand, { kind: "publish" | "alias" | "re-create" }>,
  on: On,
): void {
  const { policy, spelled, key } = on;
  // Only AddPermission is judged, so only its spelling varies: other operations may support plain names only.
  const { fn, qualifier } = policy;
  switch (command.kind) {
    case "add":
      send(draft, key, to(policy, addition(spelled, canonicalBody(command.sid))));
      break;
    case "broken":
      send(draft, key, broken(on, command.fault, command.sid));
      break;
    case "remove":
      send(draft, key, to(policy, removePermission(fn.name, command.sid, { qualifier })));
      break;
    case "read":
      read(draft, key, policy, getPolicy(fn.name, qualifier));
      break;
    case "resource":
      read(draft, key, policy, resource(policy));
      break;
    case "guarded":
      guarded(draft, on, command.source, command.sid);
  }
}

function read(draft: HistoryDraft, key: string, policy: PlannedPolicy, call: Call): void {
  send(draft, key, to(policy, call));
  draft.seen.push({ key, policy: policyKey(policy) });
}

/** Reads the source of the revision, then adds with it; a consumed revision is sent once more. */
function guarded(draft: HistoryDraft, on: On, source: RevisionSource, sid: string): void {
  const { policy, key, spelled } = on;
  const { Action, Principal } = canonicalBody(sid);
  const add = (StatementId: string) =>
    to(policy, addition(spelled, { Action, Principal, RevisionId: revisionSlot, StatementId }));
  if (/^(policy|resource-of-both|reused)/.test(source))
    read(draft, `${key}-policy`, policy, getPolicy(policy.fn.name, policy.qualifier));
  if (/^(resource|policy-of-both)/.test(source)) read(draft, `${key}-resource`, policy, resource(policy));
  const revisionFrom = sourceKey(draft, on, source);
  if (revisionFrom === null) return;
  send(draft, key, { ...add(sid), revisionFrom });
  if (source === "reused") send(draft, `${key}-again`, { ...add(`${sid.slice(0, 80)}-again`), revisionFrom });
}

/** The step whose revision is sent; null when the history has read none of that kind. */
function sourceKey({ seen }: HistoryDraft, { policy, key }: On, source: RevisionSource): string | null {
  const here = policyKey(policy);
  if (source === "stale") return seen.find((one) => one.policy === here)?.key ?? null;
  if (source === "foreign") return seen.findLast((one) => one.policy !== here)?.key ?? null;
  return source.startsWith("resource") ? `${key}-resource` : `${key}-policy`;
}

/** The placeholder is replaced by the bare number, so its letters must not be encoded. */
const aroundSlots = encodingNames.filter((name) => name === "none" || name.startsWith("colons"));

function spelling(
  fixture: Fixture,
  { fn, qualifier, versionFrom }: PlannedPolicy,
  { form, encoding }: At,
): Spelling {
  const encodings = versionFrom === null ? encodingNames : aroundSlots;
  return spellingOf(fixture, fn, qualifier, { form, encodings, encoding });
}

function to({ versionFrom }: PlannedPolicy, call: Call): Omit<Step, "key"> {
  return versionFrom === null ? { call } : { call, versionFrom };
}

function addition({ wire, query }: Spelling, body: Readonly<Record<string, unknown>>): Call {
  return addPermission({ functionName: wire, query, body });
}

function resource({ fn, qualifier, versionFrom }: PlannedPolicy): Call {
  const isAlias = qualifier !== null && versionFrom === null && !/^\d+$/.test(qualifier);
  return isAlias ? getAlias(fn.name, qualifier) : getFunction(fn.name, qualifier);
}

/** A request that must be refused for one reason; everything else about it is right. */
function broken({ policy, spelled }: On, fault: FaultKind, sid: string): Omit<Step, "key"> {
  const right = canonicalBody(sid);
  const { Action, Principal, StatementId } = right;
  const onPolicy = (body: Readonly<Record<string, unknown>>) => to(policy, addition(spelled, body));
  const onNothing = (qualifier: string) => ({
    call: addPermission({ functionName: policy.fn.name, query: `Qualifier=${qualifier}`, body: right }),
  });
  switch (fault) {
    case "action":
      return onPolicy({ ...right, Action: "s3:GetObject" });
    case "principal":
      return onPolicy({ ...right, Principal: "abc" });
    case "missing":
      return onPolicy({ Principal, StatementId });
    case "wrong-revision":
      return onPolicy({ Action, Principal, RevisionId: "wrong", StatementId });
    case "unknown-alias":
      return onNothing("no-such-alias");
    case "unknown-version":
      return onNothing("98765");
  }
}
