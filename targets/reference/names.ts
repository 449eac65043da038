import type { Draft } from "./draft.ts";
import type { Lookup } from "./state.ts";

/** The parts of a function's name in one spelling; missing parts are undefined. */
export interface Spelled {
  readonly full: boolean;
  readonly partition: string | undefined;
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** True if the name has no prefix; it may have a qualifier. */
  readonly bare: boolean;
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** The account, region and partition of the reference, which an ARN must match. */
export interface ServiceHome {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Which functions, versions and aliases a request can name. */
export interface NameBehaviour {
  /** True if a name refers to a function of this account, region and partition; mutants accept others. */
  readonly isAccessible: (name: Spelled, home: ServiceHome) => boolean;
  /** How AddPermission treats the result of a look-up. */
  readonly found: (lookup: Lookup, draft: Draft) => Lookup;
}

/** Only existing functions of this account, region and partition can be named. */
export const faithfulNames: NameBehaviour = {
  isAccessible: isHere,
  found: (lookup) => lookup,
};

const spelling =
  /^(arn:(aws[a-zA-Z-]*)?:lambda:)?(?:([a-z]{2}(?:-gov)?-[a-z]+-\d):)?(?:(\d{12}):)?(function:)?([a-zA-Z0-9_-]+)(?::(\$LATEST|[a-zA-Z0-9_-]+))?$/;

/** A full ARN of a region that is younger than the page; only a dialect admits it. */
const spellingOfToday =
  /^(arn:(aws[a-zA-Z-]*):lambda:)((?:[a-z]{2}-iso[a-z]?|eusc)-[a-z]+(?:-[a-z]+)?-\d):(\d{12}):(function:)([a-zA-Z0-9_-]+)(?::(\$LATEST|[a-zA-Z0-9_-]+))?$/;

/** Parses a FunctionName; prefixes take precedence over names, so `function:x` is the function x. */
export function spelled(value: string): Spelled {
  const found = spelling.exec(value) ?? spellingOfToday.exec(value);
  if (found === null) {
    return {
      full: value.startsWith("arn:"),
      partition: undefined,
      region: undefined,
      account: undefined,
      bare: !value.includes(":"),
      name: value,
      qualifier: undefined,
    };
  }
  const [, arn, partition, region, account, word, name = "", qualifier] = found;
  const bare = arn === undefined && region === undefined && account === undefined && word === undefined;
  return { full: arn !== undefined, partition, region, account, bare, name, qualifier };
}

/** True if a spelling names a function of this account, region and partition. */
export function isHere(name: Spelled, home: ServiceHome): boolean {
  return (
    (name.partition ?? home.partition) === home.partition &&
    (name.region ?? home.region) === home.region &&
    (name.account ?? home.account) === home.account
  );
}

/** The unqualified ARN of a function of the reference. */
export function functionArn(home: ServiceHome, name: string): string {
  return `arn:${home.partition}:lambda:${home.region}:${home.account}:function:${name}`;
}

/** An ARN with its qualifier, if there is one. */
export function qualified(arn: string, qualifier: string | undefined): string {
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("eusc-")) return "aws-eusc";
  const [, letter] = /^us-iso([a-z]?)-/.exec(region) ?? [];
  if (letter !== undefined) return letter === "" ? "aws-iso" : `aws-iso-${letter}`;
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

const scope = /Credential=[^/\s,]*\/\d{8}\/([a-z0-9-]+)\/lambda\/aws4_request/;

/** The region in the credential scope of an Authorization header; undefined if there is none. */
export function regionSigned(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : scope.exec(authorization)?.[1];
}
