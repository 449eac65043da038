import { length, wholeMatch } from "./constraint.ts";

/** One way the document lets a function be named. */
export type NameFormat = "name" | "full-arn" | "partial-arn";

/** A FunctionName that can be read in exactly one way. */
export interface ReadName {
  readonly kind: "read";
  readonly format: NameFormat;
  readonly name: string;
  readonly qualifier: string | null;
  readonly partition: string | null;
  readonly region: string | null;
  readonly account: string | null;
}

/** A FunctionName on which the document contradicts itself, or that has several readings. */
export interface OpenName {
  readonly kind: "open";
  readonly question:
    | "FunctionName.readings"
    | "FunctionName.name-over-64"
    | "FunctionName.over-140"
    | "FunctionName.region";
}

const full =
  /^arn:(aws(?:-[a-z-]+)?):lambda:([a-z]{2}(?:-gov)?-[a-z]+-\d):(\d{12}):function:([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;
const partial = /^(\d{12}):function:([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;
const nameOnly = /^([a-zA-Z0-9-_]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;
const severalReadings = /^(function|\d{12}|[a-z]{2}(-gov)?-[a-z]+-\d|arn)$/;

/** Analyzes a decoded FunctionName. The document says that the limit of 140 holds for the full ARN only. */
export function readName(
  value: string,
): ReadName | OpenName | { readonly kind: "broken"; readonly constraint: "pattern" | "maxLength" } {
  if (!wholeMatch("FunctionName", value)) {
    return isRegionOfToday(value)
      ? { kind: "open", question: "FunctionName.region" }
      : { kind: "broken", constraint: "pattern" };
  }
  const arn = full.exec(value);
  if (arn) {
    const [, partition = null, region = null, account = null, name = "", qualifier = null] = arn;
    if (length(value) > 140) return { kind: "broken", constraint: "maxLength" };
    return { kind: "read", format: "full-arn", name, qualifier, partition, region, account };
  }
  if (length(value) > 140) return { kind: "open", question: "FunctionName.over-140" };
  return readShortName(value);
}

/** Regions of partitions that are younger than the page; the patterns of today's service admit them. */
const regionOfToday = /^(?:[a-z]{2}-iso[a-z]?|eusc)-[a-z]+(?:-[a-z]+)?-\d$/;

/** The ARN with a region that the page's patterns know in place of one that only today's admit; else the ARN itself. */
export function withKnownRegion(arn: string): string {
  return arn
    .split(":")
    .map((field, at) => (at === 3 && regionOfToday.test(field) ? "us-east-1" : field))
    .join(":");
}

/** Says whether the value is a full ARN but for a region that only today's pattern admits. */
function isRegionOfToday(value: string): boolean {
  const known = withKnownRegion(value);
  return known !== value && full.test(known);
}

function readShortName(value: string): ReadName | OpenName {
  const short = partial.exec(value);
  const plain = nameOnly.exec(value);
  const elsewhere = { partition: null, region: null, account: null };
  if (short) {
    const [, account = null, name = "", qualifier = null] = short;
    return { kind: "read", format: "partial-arn", name, qualifier, ...elsewhere, account };
  }
  const [, name, qualifier = null] = plain ?? [];
  if (name === undefined || severalReadings.test(name))
    return { kind: "open", question: "FunctionName.readings" };
  if (length(name) > 64) return { kind: "open", question: "FunctionName.name-over-64" };
  return { kind: "read", format: "name", name, qualifier, ...elsewhere };
}
