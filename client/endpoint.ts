import { Fault } from "../spec/fault.ts";
import type { Outgoing } from "./transport.ts";

/** Reads the URL of an endpoint; throws a Fault when it is none that can be sent to. */
export function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const example = "give a URL such as http://127.0.0.1:4566";
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Fault(`The endpoint "${withoutUserinfo(text)}" is not an http or https URL: ${example}.`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new Fault(
      `The endpoint ${url.origin} carries a user name or password, which must not end up in reports: ${example} and put a proxy before the target if it needs them.`,
    );
  }
  if (url.search !== "" || url.hash !== "") {
    throw new Fault(
      `The endpoint ${url.origin}${url.pathname} carries a query or a fragment, but only a path can stand before a request: ${example}.`,
    );
  }
  return url;
}

/** The call with the endpoint's path before its target, as it goes to the wire and into the signature. */
export function addressed(call: Outgoing, endpoint: URL): Outgoing {
  const prefix = endpoint.pathname.replace(/\/+$/, "");
  return prefix === "" ? call : { ...call, target: `${prefix}${call.target}` };
}

function withoutUserinfo(text: string): string {
  return text.replace(/[^\s/@]*@/, "").replace(/\?.*$/s, "");
}
