import { inspect } from "node:util";
import type { Dispatcher } from "undici";
import { type CarrierOptions, dispatcherTransport, fetchTransport } from "../client/in-process.ts";
import type { Transport } from "../client/transport.ts";
import { Fault } from "../spec/fault.ts";
import { nodeListener } from "./adapters.ts";
import { connectionAt, noFaultsOnDemand, type TargetConnection } from "./session.ts";

/** Options for a target in this process. */
export interface InProcessTarget {
  readonly name?: string | undefined;
  /** The address of requests; nothing needs to listen there. */
  readonly origin?: string | undefined;
  readonly stateless?: boolean | undefined;
}

/** The connection to a target that a program passed; throws a Fault if it is not a target. */
export function connectionFor(
  target: ConformTarget,
  { name, origin = "http://lambda.test", stateless = false }: InProcessTarget,
): TargetConnection {
  if (typeof target === "string" || target instanceof URL) {
    const connection = connectionAt(`${target}`);
    return name === undefined ? connection : { ...connection, name };
  }
  const facts: HandlerFacts = { calls: 0, answers: 0, first: "", error: undefined };
  const transport = transportOf(target, facts);
  return {
    name: name ?? "in process",
    endpoint: origin,
    cannot: [noFaultsOnDemand],
    kind: "in-process",
    arranges: true,
    own: true,
    carrier: (authorize, clock) => transport({ origin: new URL(origin), authorize, clock }),
    diagnose: () => diagnosis(facts, origin, stateless),
    remedy:
      "let it answer CreateFunction and GetFunction as well, or give stateless: true if it answers AddPermission alone",
    stop: async () => {},
  };
}

function transportOf(target: unknown, facts: HandlerFacts): (options: CarrierOptions) => Transport {
  if (isDispatcher(target)) return (options) => dispatcherTransport(target, options);
  if (isApp(target)) return (options) => dispatcherTransport(nodeListener(target), options);
  const handle = isHandler(target) ? target : handlerIn(target);
  if (handle !== null) return (options) => fetchTransport(watched(handle, facts), options);
  throw new Fault(
    `The target is ${inspect(target, { depth: 0 }).slice(0, 80)}, which is not a target: give a URL, a function from Request to Response, an object with such a fetch, an undici Dispatcher, or an Express app.`,
  );
}

interface HandlerFacts {
  calls: number;
  answers: number;
  /** The first request, as METHOD URL. */
  first: string;
  /** The first error that it threw. */
  error: unknown;
}

/** Notes what a handler does, because one that never answers is most likely a mistake of the user. */
function watched(handle: FetchHandler, facts: HandlerFacts): FetchHandler {
  return async (request) => {
    facts.calls += 1;
    if (facts.calls === 1) facts.first = `${request.method} ${request.url}`;
    try {
      const response = await handle(request);
      if (response !== undefined && response !== null) facts.answers += 1;
      return response;
    } catch (error) {
      facts.error ??= error;
      throw error;
    }
  };
}

/** The Fault of a handler that answered no request, with its first error as the cause; null if it answered any. */
function diagnosis(
  { calls, answers, first, error }: HandlerFacts,
  origin: string,
  stateless: boolean,
): Fault | null {
  if (calls === 0 || answers > 0) return null;
  const all = `${calls === 1 ? "the only request" : `each of ${calls} requests`}, first ${first}`;
  const orStateless = stateless ? "" : ", and give stateless: true if it answers AddPermission alone";
  if (error === undefined)
    return new Fault(
      `The handler returned no Response to ${all}: check that it handles requests to ${origin}, or give its own origin with origin${orStateless}.`,
      { option: "origin" },
    );
  const text = error instanceof Error ? `${error.name}: ${error.message}` : "a value that is not an Error";
  return new Fault(`The handler threw at ${all}: ${text}. Correct the handler${orStateless}.`, {
    cause: error,
  });
}

function handlerIn(target: unknown): FetchHandler | null {
  if (typeof target !== "object" || target === null || !("fetch" in target)) return null;
  const { fetch } = target;
  // Called as a method: a class may need its `this`.
  return isHandler(fetch) ? (request) => fetch.call(target, request) : null;
}

function isHandler(value: unknown): value is FetchHandler {
  return typeof value === "function";
}

function isDispatcher(value: unknown): value is Dispatcher {
  return hasMethod(value, "dispatch");
}

/** True for a function of (req, res) with `listen`, such as an Express app. */
function isApp(value: unknown): value is Parameters<typeof nodeListener>[0] {
  return typeof value === "function" && hasMethod(value, "listen");
}

function hasMethod(value: unknown, name: string): boolean {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  return name in value && typeof Reflect.get(value, name) === "function";
}

/** Answers a request without a network, like the handlers of servers and mocks; undefined means no answer. */
export type FetchHandler = (
  request: Request,
) => Response | undefined | null | Promise<Response | undefined | null>;

/** An undici Dispatcher of any version from 7 on, such as a MockAgent. */
export interface DispatcherLike {
  dispatch(options: never, handler: never): boolean;
}

/** An Express app, or another function of (req, res) that has `listen`. Nothing calls `listen`. */
export interface AppLike {
  listen(...args: never): unknown;
}

/** A target: the URL of an endpoint, or something in this process that answers requests. */
export type ConformTarget =
  | string
  | URL
  | FetchHandler
  | { readonly fetch: FetchHandler }
  | DispatcherLike
  | AppLike;
