import { constraintOf } from "../../spec/constraint.ts";
import type { Stage, StagedFunction } from "../../spec/stage.ts";
import { ofSize } from "../edges.ts";
import { around } from "./around.ts";
import { type NearMiss, offPatterns } from "./near-miss.ts";
import { otherZeros, withDigitsFrom, withFullWidthLetter } from "./scripts.ts";

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
