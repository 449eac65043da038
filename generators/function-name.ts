import fc from "fast-check";
import { broken, constraintOf } from "../spec/constraint.ts";
import { readName } from "../spec/function-name.ts";
import type { Stage, StagedFunction } from "../spec/stage.ts";
import { documentationAccount, ofLength, place } from "./arbitraries.ts";
import { type Edge, ofSize } from "./edges.ts";
import {
  around,
  type NearMiss,
  offPatterns,
  otherZeros,
  withDigitsFrom,
  withFullWidthLetter,
} from "./near-miss.ts";

/** Characters of a name that stands alone; the document gives this limit in a sentence, not as a constraint. */
export const longestName = 64;

const name = ofLength("FunctionName", { atMost: longestName });
const suffix = fc.oneof(
  fc.constant(""),
  fc.integer({ min: 1, max: 999 }).map((version) => `:${version}`),
  ofLength("FunctionName", { atMost: 128 }).map((alias) => `:${alias}`),
);
const prefix = fc.oneof(
  fc.constant(""),
  documentationAccount.map((account) => `${account}:function:`),
  fc
    .tuple(place, documentationAccount)
    .map(([{ partition, region }, account]) => `arn:${partition}:lambda:${region}:${account}:function:`),
);

/**
 * A well-formed FunctionName of any of the three formats, with or without a qualifier, that can be read in only one way.
 * It may name a function that exists: never for a real account.
 */
export const validFunctionName: fc.Arbitrary<string> = fc
  .tuple(prefix, name, suffix)
  .map(([front, core, tail]) => shortened(front, core, tail))
  .filter((value) => readName(value).kind === "read");

/** Takes from the qualifier, then from the name, what the limit leaves no room for. */
function shortened(front: string, core: string, tail: string): string {
  const room =
    (constraintOf("FunctionName").maxLength ?? Number.POSITIVE_INFINITY) - front.length - core.length;
  return tail.length < 2 || room < 2 ? front + core : front + core + tail.slice(0, room);
}

/**
 * FunctionNames that the pattern or the maximum length refuses, around a function that exists, so that nothing else
 * is in the way. Names with more than one reading are left out; values are decoded, see `label` for the wire.
 */
export function functionNameNearMisses(stage: Stage, fn: StagedFunction): readonly NearMiss[] {
  return [...characters(fn), ...qualifiers(fn), ...services(stage, fn), ...parts(stage, fn), ...lengths(fn)];
}

function characters(fn: StagedFunction): readonly NearMiss[] {
  return around("FunctionName", fn.name).map((miss) =>
    miss.label.startsWith("dot-") ? { ...miss, admittedLater: true } : miss,
  );
}

function qualifiers({ name, arn }: StagedFunction): readonly NearMiss[] {
  return offPatterns("FunctionName", {
    "latest-truncated": `${name}:$LATES`,
    "latest-lower-case": `${name}:$latest`,
    "latest-with-more": `${name}:$LATEST:extra`,
    "dollar-in-qualifier": `${name}:v$1`,
    "two-qualifiers": `${name}:1:2`,
    "two-qualifiers-on-arn": `${arn}:1:2`,
    "empty-qualifier-on-arn": `${arn}:`,
    "empty-name": ":1",
    "space-before-qualifier": `${name} :1`,
    "invalid-prefix": `invalid:function:${name}`,
  });
}

function services({ account, region }: Stage, { name }: StagedFunction): readonly NearMiss[] {
  return offPatterns("FunctionName", {
    "instance-arn": `arn:aws:ec2:${region}:${account}:instance/i-0123456789abcdef0`,
    "other-service-arn": `arn:aws:ec2:${region}:${account}:function:${name}`,
    "bucket-arn": `arn:aws:s3:::${name}`,
    "layer-arn": `arn:aws:lambda:${region}:${account}:layer:${name}:1`,
  });
}

function parts(stage: Stage, { name }: StagedFunction): readonly NearMiss[] {
  const { account, region } = stage;
  const arn = (
    change: Partial<Record<"arn" | "partition" | "service" | "region" | "account" | "kind", string>>,
  ) =>
    [
      change.arn ?? "arn",
      change.partition ?? stage.partition,
      change.service ?? "lambda",
      change.region ?? region,
      change.account ?? account,
      change.kind ?? "function",
      name,
    ].join(":");
  return offPatterns("FunctionName", {
    "arn-upper-case": arn({ arn: "ARN" }),
    "partition-upper-case": arn({ partition: "AWS" }),
    "partition-azure": arn({ partition: "azure" }),
    "partition-wildcard": arn({ partition: "*" }),
    "partition-with-digit": arn({ partition: "aws1" }),
    "service-upper-case": arn({ service: "LAMBDA" }),
    "service-empty": arn({ service: "" }),
    "region-invalid": arn({ region: "invalid-region" }),
    "region-no-digit": arn({ region: region.replace(/-\d$/, "") }),
    "region-two-digits": arn({ region: "us-west-22" }),
    "region-upper-case": arn({ region: region.toUpperCase() }),
    "region-wildcard": arn({ region: "*" }),
    "region-empty": arn({ region: "" }),
    "account-eleven-digits": arn({ account: account.slice(1) }),
    "account-thirteen-digits": arn({ account: `${account}3` }),
    "account-empty": arn({ account: "" }),
    "account-wildcard": arn({ account: "*" }),
    "account-letters": arn({ account: "account-id" }),
    "account-full-width-digits": arn({ account: withDigitsFrom(otherZeros["full-width"], account) }),
    "account-arabic-indic-digits": arn({ account: withDigitsFrom(otherZeros["arabic-indic"], account) }),
    "kind-empty": arn({ kind: "" }),
    "name-full-width-in-arn": arn({}).replace(/[^:]+$/, withFullWidthLetter),
    "partial-eleven-digits": `${account.slice(1)}:function:${name}`,
    "partial-thirteen-digits": `${account}3:function:${name}`,
    "partial-empty-account": `:function:${name}`,
    "partial-two-functions": `${account}:function:function:${name}:1`,
  });
}

/** Full ARNs only: the document exempts the other formats from this limit in one sentence and not in the next. */
function lengths(fn: StagedFunction): readonly NearMiss[] {
  const most = constraintOf("FunctionName").maxLength ?? 0;
  const tooLong = (size: number) => `${fn.arn}:${ofSize("no-such-alias-", size - fn.arn.length - 1)}`;
  const existing = fn.aliases ? [over("one-too-long-existing", `${fn.arn}:${fn.aliases.arn141}`)] : [];
  return [
    ...existing,
    over("one-too-long", tooLong(most + 1)),
    over("twice-too-long", tooLong(2 * most)),
    over("far-too-long", tooLong(1_000)),
  ];
}

function over(label: string, value: string): NearMiss {
  return { label, constraint: "maxLength", value };
}

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
