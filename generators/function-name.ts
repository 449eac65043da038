import fc from "fast-check";
import { constraintOf } from "../spec/constraint.ts";
import type { Fixture, StagedAliases } from "../spec/fixture.ts";
import { readName } from "../spec/function-name.ts";
import { alphabet, documentationAccount, type Edge, ofLength, ofSize, place } from "./arbitraries.ts";
import type { MemberValues } from "./members.ts";
import {
  around,
  encodedTwice,
  type NearMiss,
  offPatterns,
  otherZeros,
  withDigitsFrom,
  withFullWidthLetter,
} from "./near-miss.ts";

// FunctionName, the function in the path: names and ARNs that are valid, have one fault, or are at a limit of length.

/** The longest bare name, in characters; the document gives this limit in a sentence, not as a constraint. */
const longestName = 64;

/** The longest full ARN, in characters; the document contradicts itself on the other formats. */
const longestArn = constraintOf("FunctionName").maxLength ?? 0;

const fullArnPrefix = fc
  .tuple(place, documentationAccount)
  .map(([{ partition, region }, account]) => `arn:${partition}:lambda:${region}:${account}:function:`);

const prefix = fc.oneof(
  fc.constant(""),
  documentationAccount.map((account) => `${account}:function:`),
  fullArnPrefix,
);
const suffix = fc.oneof(
  fc.constant(""),
  fc.integer({ min: 1, max: 999 }).map((version) => `:${version}`),
  ofLength("FunctionName", { atMost: 128 }).map((alias) => `:${alias}`),
);

/** A name of any of the three formats, with or without a qualifier, and with one reading only. */
const valid = fc
  .tuple(prefix, ofLength("FunctionName", { atMost: longestName }), suffix)
  .map(([front, name, tail]) => shortened(front, name, tail))
  .filter((value) => readName(value).kind === "read");

/** Shortens the qualifier, then the name, to fit the limit. */
function shortened(front: string, name: string, tail: string): string {
  const room = longestArn - front.length - name.length;
  return tail.length < 2 || room < 2 ? front + name : front + name + tail.slice(0, room);
}

/** A full ARN that exceeds the limit by its qualifier. */
const tooLong = fc
  .tuple(
    fullArnPrefix,
    fc.string({ unit: fc.constantFrom(...alphabet("FunctionName")), minLength: 1, maxLength: longestName }),
    fc.string({
      unit: fc.constantFrom(...alphabet("FunctionName")),
      minLength: longestArn,
      maxLength: 4 * longestArn,
      size: "max",
    }),
  )
  .map(([front, name, tail]) => `${front}${name}:${tail}`);

/** The function's name or ARN with an alias that exists; the name alone where the fixture has no such alias. */
function qualified(format: "name" | "arn", alias: keyof StagedAliases): (fixture: Fixture) => string {
  return ({ main }) => {
    const existing = main.aliases?.[alias];
    return existing === undefined ? main.name : `${main[format]}:${existing}`;
  };
}

/**
 * The document applies the limit of 140 to full ARNs and that of 64 to bare names. Only an existing name shows a limit:
 * two aliases of the fixture give full ARNs of exactly 140 and 141 characters. The empty name makes another path and
 * is tested as a route.
 */
const edges: readonly Edge<Fixture>[] = [
  { label: "name-shortest", value: ({ unknownName }) => ofSize(unknownName, 1) },
  { label: "name-longest", value: ({ unknownName }) => ofSize(`${unknownName}_No-Such-`, longestName) },
  { label: "name-too-long", value: ({ unknownName }) => ofSize(unknownName, longestName + 1) },
  { label: "full-arn-longest-unknown", value: (fixture) => filled(arnPrefix(fixture), fixture, longestArn) },
  {
    label: "full-arn-too-long-unknown",
    value: (fixture) => filled(arnPrefix(fixture), fixture, longestArn + 1),
  },
  {
    label: "partial-arn-longest-unknown",
    value: (fixture) => filled(partialPrefix(fixture), fixture, longestArn),
  },
  {
    label: "partial-arn-too-long-unknown",
    value: (fixture) => filled(partialPrefix(fixture), fixture, longestArn + 1),
  },
  { label: "full-arn-region-of-today", value: arnWith(() => ({ region: "us-iso-east-1" })) },
  { label: "full-arn-longest", value: qualified("arn", "arn140") },
  { label: "full-arn-too-long", value: qualified("arn", "arn141") },
  { label: "name-with-longest-alias", value: qualified("name", "longest") },
];

function arnPrefix({ main: { arn, name } }: Fixture): string {
  return arn.slice(0, arn.length - name.length);
}

function partialPrefix({ account }: Fixture): string {
  return `${account}:function:`;
}

/** The longest unknown name, qualified so that all together has that size. */
function filled(front: string, { unknownName }: Fixture, size: number): string {
  const named = `${front}${ofSize(unknownName, longestName)}:`;
  return named + "x".repeat(size - named.length);
}

interface ArnParts {
  readonly arn: string;
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly kind: string;
  readonly name: string;
}

/** The function's full ARN with one part changed. */
function arnWith(change: (parts: ArnParts) => Partial<ArnParts>): (fixture: Fixture) => string {
  return ({ partition, region, account, main: { name } }) => {
    const right = { arn: "arn", partition, service: "lambda", region, account, kind: "function", name };
    return Object.values({ ...right, ...change(right) }).join(":");
  };
}

/** Near misses of the name of an existing function, so that only the fault can be the reason; each has one reading. */
const nearMisses: readonly NearMiss<Fixture>[] = [
  // Later revisions of the service's model admit dots.
  ...around("FunctionName", "function", { core: ({ main }: Fixture) => main.name }),
  ...offPatterns<Fixture>({
    "latest-truncated": ({ main }) => `${main.name}:$LATES`,
    "latest-lower-case": ({ main }) => `${main.name}:$latest`,
    "latest-with-more": ({ main }) => `${main.name}:$LATEST:extra`,
    "dollar-in-qualifier": ({ main }) => `${main.name}:v$1`,
    "two-qualifiers": ({ main }) => `${main.name}:1:2`,
    "two-qualifiers-on-arn": ({ main }) => `${main.arn}:1:2`,
    "empty-qualifier-on-arn": ({ main }) => `${main.arn}:`,
    "empty-name": ":1",
    "space-before-qualifier": ({ main }) => `${main.name} :1`,
    "query-after": ({ main }) => `${main.name}?x`,
    "parameter-after": ({ main }) => `${main.name}&x=1`,
    "semicolon-after": ({ main }) => `${main.name};v=1`,
    "encoded-twice": ({ main }) => encodedTwice(main.name),
    "invalid-prefix": ({ main }) => `invalid:function:${main.name}`,
    "instance-arn": ({ region, account }) => `arn:aws:ec2:${region}:${account}:instance/i-0123456789abcdef0`,
    "other-service-arn": ({ region, account, main }) =>
      `arn:aws:ec2:${region}:${account}:function:${main.name}`,
    "bucket-arn": ({ main }) => `arn:aws:s3:::${main.name}`,
    "layer-arn": ({ region, account, main }) => `arn:aws:lambda:${region}:${account}:layer:${main.name}:1`,
    "arn-upper-case": arnWith(() => ({ arn: "ARN" })),
    "partition-upper-case": arnWith(() => ({ partition: "AWS" })),
    "partition-azure": arnWith(() => ({ partition: "azure" })),
    "partition-wildcard": arnWith(() => ({ partition: "*" })),
    "partition-with-digit": arnWith(() => ({ partition: "aws1" })),
    "service-upper-case": arnWith(() => ({ service: "LAMBDA" })),
    "service-empty": arnWith(() => ({ service: "" })),
    "region-invalid": arnWith(() => ({ region: "invalid-region" })),
    "region-no-digit": arnWith(({ region }) => ({ region: region.replace(/-\d$/, "") })),
    "region-two-digits": arnWith(() => ({ region: "us-west-22" })),
    "region-upper-case": arnWith(({ region }) => ({ region: region.toUpperCase() })),
    "region-wildcard": arnWith(() => ({ region: "*" })),
    "region-empty": arnWith(() => ({ region: "" })),
    "account-eleven-digits": arnWith(({ account }) => ({ account: account.slice(1) })),
    "account-thirteen-digits": arnWith(({ account }) => ({ account: `${account}3` })),
    "account-empty": arnWith(() => ({ account: "" })),
    "account-wildcard": arnWith(() => ({ account: "*" })),
    "account-letters": arnWith(() => ({ account: "account-id" })),
    "account-full-width-digits": arnWith(({ account }) => ({
      account: withDigitsFrom(otherZeros["full-width"], account),
    })),
    "account-arabic-indic-digits": arnWith(({ account }) => ({
      account: withDigitsFrom(otherZeros["arabic-indic"], account),
    })),
    "kind-empty": arnWith(() => ({ kind: "" })),
    "name-full-width-in-arn": arnWith(({ name }) => ({ name: withFullWidthLetter(name) })),
    "partial-eleven-digits": ({ account, main }) => `${account.slice(1)}:function:${main.name}`,
    "partial-thirteen-digits": ({ account, main }) => `${account}3:function:${main.name}`,
    "partial-empty-account": ({ main }) => `:function:${main.name}`,
    "partial-two-functions": ({ account, main }) => `${account}:function:function:${main.name}:1`,
  }),
  over("one-too-long-existing", qualified("arn", "arn141")),
  over("one-too-long", unknownAlias(longestArn + 1)),
  over("twice-too-long", unknownAlias(2 * longestArn)),
  over("far-too-long", unknownAlias(1_000)),
];

function over(label: string, value: (fixture: Fixture) => string): NearMiss<Fixture> {
  return { label, constraint: "maxLength", value };
}

function unknownAlias(size: number): (fixture: Fixture) => string {
  return ({ main: { arn } }) => `${arn}:${ofSize("no-such-alias-", size - arn.length - 1)}`;
}

/** A random valid name may be the name of an existing function, so it is never sent to a real account. */
export const functionName: MemberValues<string, Fixture> = {
  valid,
  edges,
  nearMisses,
  tooLong,
  isOpen: (value) => value === "" || value === "." || value === ".." || readName(value).kind !== "broken",
};
