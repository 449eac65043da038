import { knownFunction } from "../oracle/model-state.ts";
import type { Neighbour, Observation, ObservedBatch } from "../oracle/observe.ts";
import type { Report } from "../reports/report.ts";
import type { ErrorName } from "../spec/add-permission.ts";
import { errorName, isSuccess, jsonObject, messageIn, saysItPasses } from "../spec/answer.ts";
import { errorStatus } from "../spec/constraint.ts";
import type { Exchange } from "../spec/exchange.ts";
import { addressee, route } from "../spec/target.ts";

/**
 * Why a target may fail for a while at a call that is right: another operation is in progress, something that was just
 * created is not found yet, the connection was closed when the call came, or there were too many requests.
 */
export type PassingCause = NonNullable<Report["waits"]>[number]["cause"];

/** Decides how long to wait for an answer that may pass, and counts. It learns whether waiting helps at this target. */
export type Patience = ReturnType<typeof patience>;

/** Most waits in vain, in a row. */
const maxInVain = { untried: 2, helped: 6 } as const;

/** An operation takes milliseconds; what was created can take seconds to appear. */
const firstPauses: Readonly<Record<PassingCause, readonly number[]>> = {
  "in-progress": [20, 40, 80, 160],
  "not-visible": [50, 100, 200, 400, 800],
  "connection-closed": [0],
  throttled: [50, 100, 200, 400, 800],
};
const morePauses = [500, 1000, 2000, 2000] as const;

const none: ReadonlySet<string> = new Set();

export function patience() {
  /** Policies whose function, version or alias answered. */
  const visible = new Set<string>();
  const known = new Map<PassingCause, { times: number; ms: number; inVain: number }>();
  const of = (cause: PassingCause) => {
    const found = known.get(cause) ?? { times: 0, ms: 0, inVain: 0 };
    known.set(cause, found);
    return found;
  };
  /** True once a connection was lost: the target may have been restarted without its functions. */
  let isSuspect = false;
  /** True once calls in flight together were dropped, maybe because their connections were idle. */
  let wasIdle = false;
  const needsNewConnections = () => wasIdle || of("connection-closed").times > 0;
  /**
   * What was found once counts as visible. At a target where a wait has helped, or where none was tried, it does not: one
   * node of the target may not know yet what another one knows.
   */
  const seen = (): ReadonlySet<string> => {
    const { times, inVain } = of("not-visible");
    return !isSuspect && (times > 0 || inVain === 0) ? none : visible;
  };
  const causeIn = ({ observations }: ObservedBatch): PassingCause | null => {
    const [only, ...more] = observations;
    if (only === undefined) return null;
    isSuspect ||= observations.some(({ answer }) => answer.kind === "none");
    if (observations.every(isUnexplainedConflict)) return "in-progress";
    // Calls in flight together are sent again only if none of them can have had an effect.
    if (observations.every(isNotFound) && observations.some((one) => isMissing(one, seen())))
      return "not-visible";
    if (more.length > 0) return null;
    return wasReset(only) ? "connection-closed" : isThrottled(only) ? "throttled" : null;
  };
  return {
    /** The pauses before the next attempts, in milliseconds; none once waiting was in vain repeatedly. */
    pauses: (cause: PassingCause): readonly number[] => {
      const { times, inVain } = of(cause);
      if (inVain >= (times > 0 ? maxInVain.helped : maxInVain.untried)) return [];
      return times > 0 && cause !== "connection-closed"
        ? [...firstPauses[cause], ...morePauses]
        : firstPauses[cause];
    },
    /** Takes for how long a call was sent again, and the answers at the end. */
    waited: (cause: PassingCause, ms: number, last: ObservedBatch): void => {
      const found = of(cause);
      // What counts as visible may have changed meanwhile, but only another answer shows that waiting helps.
      const helped = cause === "not-visible" ? !last.observations.every(isNotFound) : causeIn(last) !== cause;
      found.inVain = helped ? 0 : found.inVain + 1;
      if (!helped) return;
      found.times += 1;
      found.ms += ms;
    },
    /** The cause for which these answers may pass; null if they may not, or if they are right as they are. */
    causeIn,
    /** Takes the answers that are kept. */
    keep: ({ observations }: ObservedBatch): void => {
      for (const of of observations) {
        if (of.kind === "neighbour" && creating.has(of.call.operation)) visible.clear();
        if (of.kind !== "addition" || of.stateAnalysis.key === null || of.answer.kind === "none") continue;
        // Other refusals may come before the target looks anything up.
        if (isSuccess(of.answer) || [409, 412].includes(of.answer.status)) visible.add(of.stateAnalysis.key);
      }
    },
    /**
     * True for calls in flight together of which one was dropped, if the target may have closed its idle connections. From
     * then on every call gets a new connection, so that it is true only once.
     */
    mayHaveBeenIdle: (exchanges: readonly Exchange[]): boolean => {
      if (needsNewConnections() || exchanges.length < 2 || !exchanges.some(wasReset)) return false;
      wasIdle = true;
      return true;
    },
    /** True once a call was answered on a new connection only: the target closes connections that are idle for a moment. */
    needsNewConnections,
    /** The waits that helped. */
    waits: (): NonNullable<Report["waits"]> =>
      [...known].flatMap(([cause, { times, ms }]) => (times > 0 ? [{ cause, times, ms }] : [])),
  };
}

/** Says whether the connection was closed before an answer came, maybe because it was idle, and not for a malformed frame. */
function wasReset({ answer, call }: Pick<Exchange, "answer" | "call">): boolean {
  return answer.kind === "none" && answer.reason === "reset" && call.raw?.invalid !== true;
}

/** Says whether there were too many requests. A 429 with another name is kept, so that its name is judged. */
function isThrottled(of: Observation): boolean {
  const { answer } = of;
  const name: ErrorName = "TooManyRequestsException";
  if (answer.kind === "none" || answer.status !== errorStatus[name] || errorName(answer) !== name)
    return false;
  return of.kind !== "addition" || !of.analysis.questions.includes("request.provoked");
}

/** Operations after which something may not be visible at once. */
const creating: ReadonlySet<string> = new Set([
  "CreateFunction",
  "DeleteFunction",
  "PublishVersion",
  "CreateAlias",
  "DeleteAlias",
]);

/** Says whether the answer is a conflict that nothing known explains. */
function isUnexplainedConflict(of: Observation): boolean {
  const { answer } = of;
  if (answer.kind === "none" || answer.status !== 409) return false;
  const saysSo = saysItPasses(messageIn(answer.body));
  if (of.kind === "policy-read") return saysSo;
  if (of.kind === "neighbour") return saysSo || hasNoOtherCause(of);
  const { refusalReasons, unsure, perhapsElsewhere, reused } = of.stateAnalysis;
  const name = errorName(answer);
  return (
    (name === null || name === "ResourceConflictException") &&
    unsure.length === 0 &&
    !perhapsElsewhere &&
    // The statement of an earlier history may still hold the id.
    (!reused || saysSo) &&
    !refusalReasons.some((reason) => reason.startsWith("StatementId."))
  );
}

/** Says whether a conflict of this call can mean only that another operation is in progress: what it creates does not exist. */
function hasNoOtherCause({ call, before }: Neighbour): boolean {
  const { FunctionName: name, Name: alias } = jsonObject(call.body ?? "") ?? {};
  switch (call.operation) {
    case "RemovePermission":
    case "PublishVersion":
    case "UpdateAlias":
    case "UpdateFunctionConfiguration":
      return true;
    case "CreateFunction":
      return knownFunction(before, `${name}`)?.exists === false;
    case "CreateAlias": {
      const at = route(call.target);
      const on = at.kind === "none" ? null : addressee(at);
      const aliases = on === null ? undefined : knownFunction(before, on.name)?.aliases;
      return aliases?.includes(`${alias}`) === false;
    }
    default:
      return false;
  }
}

function isNotFound({ answer }: Observation): boolean {
  return answer.kind === "response" && answer.status === 404;
}

/** Says whether the answer denies something that was created before and may not be visible yet. */
function isMissing(of: Observation, visible: ReadonlySet<string>): boolean {
  if (!isNotFound(of) || of.kind === "policy-read") return false;
  if (of.kind === "neighbour") {
    const { operation, target } = of.call;
    if (operation !== "PublishVersion" && operation !== "CreateAlias") return false;
    return Object.entries(of.before.functions).some(
      ([name, { exists }]) => exists === true && !visible.has(name) && target.includes(`/functions/${name}/`),
    );
  }
  const { key } = of.stateAnalysis;
  return key !== null && !visible.has(key);
}
