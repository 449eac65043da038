import type { Draft } from "./draft.ts";
import type { Lookup } from "./state.ts";

/** What one spelling of a function's name says; parts that it leaves out are undefined. */
export interface Spelled {
  readonly full: boolean;
  readonly partition: string | undefined;
  readonly region: string | undefined;
  readonly account: string | undefined;
  /** The bare name stands alone or with a qualifier, without any prefix. */
  readonly bare: boolean;
  readonly name: string;
  readonly qualifier: string | undefined;
}

/** Where the reference lives: what an ARN must agree with to be found. */
export interface ServiceHome {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Which functions, versions and aliases a request can name. */
export interface NameBehaviour {
  /** Whether a function of another account, region or partition can be reached. */
  readonly reaches: (name: Spelled, home: ServiceHome) => boolean;
  /** What AddPermission makes of a look-up. */
  readonly found: (lookup: Lookup, draft: Draft) => Lookup;
}

/** Only what exists here can be named. */
export const faithfulNames: NameBehaviour = {
  reaches: isHere,
  found: (lookup) => lookup,
};

const spelling =
  /^(arn:(aws[a-zA-Z-]*)?:lambda:)?(?:([a-z]{2}(?:-gov)?-[a-z]+-\d):)?(?:(\d{12}):)?(function:)?([a-zA-Z0-9_-]+)(?::(\$LATEST|[a-zA-Z0-9_-]+))?$/;

/** Reads a FunctionName; prefixes win over names, so `function:x` is the function x. */
export function spelled(value: string): Spelled {
  const found = spelling.exec(value);
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

/** Whether a spelling names something of this account, region and partition. */
export function isHere(name: Spelled, home: ServiceHome): boolean {
  return (
    (name.partition ?? home.partition) === home.partition &&
    (name.region ?? home.region) === home.region &&
    (name.account ?? home.account) === home.account
  );
}

/** The unqualified ARN of a function that lives here. */
export function functionArn(home: ServiceHome, name: string): string {
  return `arn:${home.partition}:lambda:${home.region}:${home.account}:function:${name}`;
}

/** An ARN with its qualifier, or as it is without one. */
export function qualified(arn: string, qualifier: string | undefined): string {
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

/** The partition that a region belongs to. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

const scope = /Credential=[^/\s,]*\/\d{8}\/([a-z0-9-]+)\/lambda\/aws4_request/;

/** The region in the credential scope of an Authorization header; undefined where there is none. */
export function regionSigned(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : scope.exec(authorization)?.[1];
}
