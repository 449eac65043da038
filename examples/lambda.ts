import { randomUUID } from "node:crypto";
import type { AddPermissionResponse } from "addpermission-conformance";
import { addressOf, type Permission, Refusal, readPermission } from "./permission.ts";

/** What an operation returns: a status and, mostly, a body. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

interface Policy {
  /** Never given twice, so that no policy takes the revision of another. */
  revision: string;
  /** Statements by their Sid. */
  readonly statements: Map<string, string>;
}

interface Fn {
  readonly versions: Set<string>;
  /** The number of the latest version; a number is never given twice. */
  latest: number;
  readonly aliases: Set<string>;
  /** Policies by qualifier; "" is that of the function itself. */
  readonly policies: Map<string, Policy>;
}

/** The defects that the examples plant, to show that they are found. */
export interface Planted {
  /** A StatementId that is taken replaces the old statement. */
  readonly overwrites?: boolean;
  /** Versions and aliases share the function's policy. */
  readonly onePolicy?: boolean;
}

const arn = "arn:aws:lambda:us-east-1:123456789012:function:";
const here: Permission["place"] = ["aws", "us-east-1", "123456789012"];

/** Lambda in memory, as far as permissions go: functions, versions, aliases, and the policy of each. */
export function createLambda(planted: Planted = {}) {
  const functions = new Map<string, Fn>();

  const find = ({ name, qualifier, place }: Pick<Permission, "name" | "qualifier" | "place">): Fn => {
    const found = functions.get(name);
    const known = (one: Fn) =>
      qualifier === undefined || one.versions.has(qualifier) || one.aliases.has(qualifier);
    const foreign = place.some((part, index) => part !== undefined && part !== here[index]);
    if (found === undefined || foreign || !known(found)) throw missing(`There is no ${name}.`);
    return found;
  };
  const policyOf = (fn: Fn, qualifier: string | undefined): Policy => {
    const key = planted.onePolicy === true ? "" : (qualifier ?? "");
    const policy = fn.policies.get(key) ?? { revision: randomUUID(), statements: new Map() };
    fn.policies.set(key, policy);
    return policy;
  };
  const configuration = (name: string, fn: Fn) => ({
    FunctionName: name,
    FunctionArn: `${arn}${name}`,
    RevisionId: policyOf(fn, undefined).revision,
    State: "Active",
  });

  return {
    createFunction(name: string): Reply {
      if (functions.has(name)) throw conflict(`${name} exists.`);
      const fn: Fn = { versions: new Set(), latest: 0, aliases: new Set(), policies: new Map() };
      functions.set(name, fn);
      return { status: 201, body: configuration(name, fn) };
    },
    getFunction(label: string): Reply {
      const address = addressOf(label, undefined);
      return { status: 200, body: { Configuration: configuration(address.name, find(address)) } };
    },
    deleteFunction(label: string, version: string | undefined): Reply {
      const address = addressOf(label, version);
      const fn = find(address);
      if (address.qualifier === undefined) functions.delete(address.name);
      else {
        fn.versions.delete(address.qualifier);
        fn.policies.delete(address.qualifier);
      }
      return { status: 204 };
    },
    publishVersion(label: string): Reply {
      const fn = find(addressOf(label, undefined));
      fn.latest += 1;
      fn.versions.add(`${fn.latest}`);
      return { status: 201, body: { Version: `${fn.latest}` } };
    },
    createAlias(label: string, alias: string): Reply {
      find(addressOf(label, undefined)).aliases.add(alias);
      return { status: 201, body: { Name: alias } };
    },
    addPermission(label: string, qualifier: string | undefined, body: Uint8Array): Reply {
      const asked = readPermission(label, qualifier, body);
      const policy = policyOf(find(asked), asked.qualifier);
      if (asked.revision !== undefined && asked.revision !== policy.revision)
        throw new Refusal(412, "PreconditionFailedException", "RevisionId is out of date.");
      if (policy.statements.has(asked.sid) && !planted.overwrites) throw conflict(`${asked.sid} is taken.`);
      const size = [...policy.statements.values(), asked.statement].join().length;
      if (size > 20_400) throw new Refusal(400, "PolicyLengthExceededException", "The policy is too large.");
      policy.statements.set(asked.sid, asked.statement);
      policy.revision = randomUUID();
      const added: AddPermissionResponse = { Statement: asked.statement };
      return { status: 201, body: added };
    },
    getPolicy(label: string, qualifier: string | undefined): Reply {
      const address = addressOf(label, qualifier);
      const { revision, statements } = policyOf(find(address), address.qualifier);
      if (statements.size === 0) throw missing("There is no policy.");
      const text = `{"Version":"2012-10-17","Id":"default","Statement":[${[...statements.values()].join()}]}`;
      return { status: 200, body: { Policy: text, RevisionId: revision } };
    },
    removePermission(label: string, qualifier: string | undefined, sid: string): Reply {
      const address = addressOf(label, qualifier);
      const policy = policyOf(find(address), address.qualifier);
      if (!policy.statements.delete(sid)) throw missing(`There is no statement ${sid}.`);
      policy.revision = randomUUID();
      return { status: 204 };
    },
  };
}

/** What the apps of the examples route to. */
export type Lambda = ReturnType<typeof createLambda>;

function missing(message: string): Refusal {
  return new Refusal(404, "ResourceNotFoundException", message);
}

function conflict(message: string): Refusal {
  return new Refusal(409, "ResourceConflictException", message);
}
