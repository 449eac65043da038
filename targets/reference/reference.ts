import { addPermission } from "./add-permission.ts";
import { type Behaviour, faithful } from "./behaviour.ts";
import type { OperationContext } from "./draft.ts";
import { refused } from "./errors.ts";
import {
  createFunction,
  deleteFunction,
  getFunction,
  getFunctionConfiguration,
  listFunctions,
  updateFunctionConfiguration,
} from "./functions.ts";
import { type HttpReply, type HttpRequest, headerOf, type ReferenceRoute, splitTarget } from "./http.ts";
import { partitionOf, regionSigned, type ServiceHome } from "./names.ts";
import { getPolicy, removePermission } from "./policies.ts";
import { type Listener, listen } from "./server.ts";
import { emptyState } from "./state.ts";
import {
  createAlias,
  deleteAlias,
  getAlias,
  listAliases,
  listVersions,
  publishVersion,
  updateAlias,
} from "./versions.ts";

/** Options of a reference; each has a default. */
export interface ReferenceOptions {
  /** The account; 123456789012 by default. */
  readonly account?: string;
  /** The region for requests whose Authorization names none; us-east-1 by default. */
  readonly region?: string;
  /** Answer `Prefer: code=429` and `Prefer: code=500` with the documented exceptions; true by default. */
  readonly faults?: boolean;
  /** The behaviour; faithful by default. */
  readonly behaviour?: Behaviour;
}

/** An answer, or a connection that is closed without one. */
export type ReferenceOutcome = HttpReply | "drop";

/** An in-memory implementation of AddPermission and the operations around it. */
export interface Reference {
  /** Answers one request; returns a promise only if the behaviour waits. */
  readonly handle: (request: HttpRequest) => ReferenceOutcome | Promise<ReferenceOutcome>;
  /** Listens on a free loopback port and returns the endpoint. */
  readonly listen: () => Promise<URL>;
  /** Stops listening and closes every connection. */
  readonly close: () => Promise<void>;
}

type OperationHandler = (
  context: OperationContext,
  request: HttpRequest,
  route: ReferenceRoute,
) => HttpReply | Promise<HttpReply>;

const operations: Readonly<Record<ReferenceRoute["name"], OperationHandler>> = {
  AddPermission: addPermission,
  RemovePermission: (context, _request, route) => removePermission(context, route),
  GetPolicy: (context, _request, route) => getPolicy(context, route),
  CreateFunction: (context, request) => createFunction(context, request.body),
  GetFunction: (context, _request, route) => getFunction(context, route),
  GetFunctionConfiguration: (context, _request, route) => getFunctionConfiguration(context, route),
  UpdateFunctionConfiguration: (context, request, route) =>
    updateFunctionConfiguration(context, route, request.body),
  DeleteFunction: (context, _request, route) => deleteFunction(context, route),
  ListFunctions: (context) => listFunctions(context),
  PublishVersion: (context, _request, route) => publishVersion(context, route),
  ListVersionsByFunction: (context, _request, route) => listVersions(context, route),
  CreateAlias: (context, request, route) => createAlias(context, route, request.body),
  GetAlias: (context, _request, route) => getAlias(context, route),
  UpdateAlias: (context, request, route) => updateAlias(context, route, request.body),
  DeleteAlias: (context, _request, route) => deleteAlias(context, route),
  ListAliases: (context, _request, route) => listAliases(context, route),
};

/** The answer to an unexpected error, so that a faulty behaviour cannot end the server. */
const failed = refused("internal", "The reference failed.");

/** Creates a reference without functions. */
export function createReference(options: ReferenceOptions = {}): Reference {
  const { account = "123456789012", region = "us-east-1", faults = true, behaviour = faithful } = options;
  const state = emptyState();
  const homes = homesOf(account, region);
  const answer = (request: HttpRequest): HttpReply | Promise<HttpReply> => {
    const { path, query } = splitTarget(request.target);
    const route = behaviour.route(request.method, path, query);
    const finish = (reply: HttpReply) => behaviour.finish(reply, request, route?.name ?? null);
    if (route === null) return finish(refused("route", "There is no such operation."));
    const injected = faults && route.name === "AddPermission" ? injection(behaviour, request) : null;
    if (injected !== null) return finish(injected);
    const context = { state, behaviour, home: homes(headerOf(request, "authorization")) };
    const reply = operations[route.name](context, request, route);
    return reply instanceof Promise ? reply.then(finish) : finish(reply);
  };
  const handle = (request: HttpRequest): ReferenceOutcome | Promise<ReferenceOutcome> => {
    try {
      const outcome = behaviour.intercept(request) ?? answer(request);
      return outcome instanceof Promise ? outcome.catch(() => failed) : outcome;
    } catch {
      return failed;
    }
  };
  let listener: Listener | null = null;
  return {
    handle,
    listen: async () => {
      listener ??= await listen(handle);
      return listener.endpoint;
    },
    close: async () => {
      await listener?.close();
      listener = null;
    },
  };
}

/** Caches the home of each Authorization header: a run repeats the same header. */
function homesOf(account: string, fallback: string): (authorization: string | undefined) => ServiceHome {
  const homeOf = (region: string): ServiceHome => ({ partition: partitionOf(region), region, account });
  let last: { readonly header: string | undefined; readonly home: ServiceHome } | null = null;
  return (header) => {
    if (last === null || last.header !== header) {
      last = { header, home: homeOf(regionSigned(header) ?? fallback) };
    }
    return last.home;
  };
}

const injections = {
  "code=429": { kind: "throttled", message: "Too many requests." },
  "code=500": { kind: "internal", message: "The service failed, as the client requested." },
} as const;

function injection(behaviour: Behaviour, request: HttpRequest): HttpReply | null {
  const requestedFault = headerOf(request, "prefer");
  if (requestedFault !== "code=429" && requestedFault !== "code=500") return null;
  const refusal = injections[requestedFault];
  return behaviour.refuse(behaviour.named(refusal), refusal.message, refusal);
}
