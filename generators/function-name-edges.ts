import { broken, constraintOf } from "../spec/constraint.ts";
import type { Stage, StagedFunction } from "../spec/stage.ts";
import { type Edge, ofSize } from "./edges.ts";
import { longestName } from "./valid/function-name.ts";

/** A FunctionName at or next to a limit. */
export interface FunctionNameEdge extends Edge {
  /** Stable; says which format has reached which limit. */
  readonly id: string;
  /** True when the function and the qualifier that it names exist, so that only the limit can be in the way. */
  readonly exists: boolean;
}

/**
 * FunctionNames at and next to the limits. The limit of 140 is said to hold for full ARNs, that of 64 for bare names.
 * A name that exists makes a limit bite: the staged aliases give full ARNs of exactly 140 and 141 characters.
 */
export function functionNameEdges(
  stage: Stage,
  fn: StagedFunction,
  fresh: string,
): readonly FunctionNameEdge[] {
  const most = constraintOf("FunctionName").maxLength ?? 0;
  const arn = (size: number) => {
    const front = fn.arn.slice(0, fn.arn.length - fn.name.length);
    return `${front}${ofSize(fresh, longestName)}:${"x".repeat(size - front.length - longestName - 1)}`;
  };
  const partial = (size: number) => {
    const front = `${stage.account}:function:${ofSize(fresh, longestName)}:`;
    return front + "x".repeat(size - front.length);
  };
  return [
    edge("name-empty", "min-1", ""),
    edge("name-shortest", "min", ofSize(fresh, 1)),
    edge("name-longest", "max", ofSize(fresh, longestName)),
    { ...edge("name-too-long", "max+1", ofSize(fresh, longestName + 1)), open: true },
    edge("full-arn-longest-unknown", "max", arn(most)),
    edge("full-arn-too-long-unknown", "max+1", arn(most + 1)),
    edge("partial-arn-longest-unknown", "max", partial(most)),
    { ...edge("partial-arn-too-long-unknown", "max+1", partial(most + 1)), open: true },
    ...existing(fn),
  ];
}

function existing(fn: StagedFunction): readonly FunctionNameEdge[] {
  if (!fn.aliases) return [];
  const { arn140, arn141, longest } = fn.aliases;
  return [
    { ...edge("full-arn-longest", "max", `${fn.arn}:${arn140}`), exists: true },
    { ...edge("full-arn-too-long", "max+1", `${fn.arn}:${arn141}`), exists: true },
    { ...edge("name-with-longest-alias", "max+1", `${fn.name}:${longest}`), exists: true, open: true },
  ];
}

function edge(id: string, label: Edge["label"], value: string): FunctionNameEdge {
  return { id, label, value, valid: broken("FunctionName", value).length === 0, exists: false };
}
