import { canonicalBody } from "../body.ts";
import { addPermission } from "../call.ts";
import type { OddRequest } from "./bodies.ts";

function at(label: string, target: (name: string) => string, method = "POST"): OddRequest {
  return {
    label,
    make: (name, sid) => ({
      ...addPermission({ functionName: name, body: canonicalBody(sid), method }),
      target: target(name),
    }),
  };
}

const functions = "/2015-03-31/functions";
const named = (label: string, change: (name: string) => string): OddRequest =>
  at(`label-${label}`, (name) => `${functions}/${change(name)}/policy`);
const asked = (label: string, query: string): OddRequest =>
  at(`query-${label}`, (name) => `${functions}/${name}/policy?${query}`);

/** Path labels, paths, queries and methods that no SDK writes. */
export const oddTargets: readonly OddRequest[] = [
  named("lower-case-hex", (name) => `function%3a${name}`),
  named("double", (name) => `${name.slice(0, -1)}%25${name.slice(-1).charCodeAt(0).toString(16)}`),
  named("overlong", (name) => `${name}%c1%81`),
  named("overlong-dot", () => "%c0%ae"),
  named("no-hex", (name) => `${name}%zz`),
  named("cut-escape", (name) => `${name}%4`),
  named("lone-percent", (name) => `${name}%`),
  named("surrogate", (name) => `${name}%ed%a0%80`),
  named("nul", (name) => `${name}%00`),
  named("dot", () => "."),
  named("dots", () => ".."),
  named("encoded-dots", () => "%2e%2E"),
  named("slow", () => `${"a-".repeat(1500)}!`),
  named("slow-arn", () => `arn:aws${"-a".repeat(1000)}:lambda:!`),
  named("slow-digits", () => `${"1".repeat(3000)}:!`),
  at("dot-segment", (name) => `${functions}/./${name}/policy`),
  at("dot-segments", (name) => `${functions}/x/../${name}/policy`),
  at("dots-past-the-root", (name) => `/../..${functions}/${name}/policy`),
  at("empty-segment", (name) => `${functions}//${name}/policy`),
  at("empty-first-segment", (name) => `/${functions}/${name}/policy`),
  at("trailing-slash", (name) => `${functions}/${name}/policy/`),
  at("trailing-slashes", (name) => `${functions}/${name}//policy`),
  at("encoded-segment", (name) => `/2015%2D03-31/functions/${name}/%70olicy`),
  at("upper-case-path", (name) => `/2015-03-31/FUNCTIONS/${name}/Policy`),
  at("matrix-parameter", (name) => `${functions}/${name}/policy;a=b`),
  at("version-one", (name) => `/v1/functions/${name}/policy`),
  at("version-longer", (name) => `/2015-03-311/functions/${name}/policy`),
  asked("nothing", ""),
  asked("twice", "Qualifier=live&Qualifier=live"),
  asked("empty", "Qualifier="),
  asked("no-value", "Qualifier"),
  asked("cut-escape", "Qualifier=%e"),
  asked("overlong", "Qualifier=%c1%81"),
  asked("slow", `Qualifier=${"a$".repeat(1500)}!`),
  asked("other-case", "qualifier=live"),
  asked("unknown", "a=b"),
  asked("ampersands", "&&&"),
  ...["HEAD", "OPTIONS", "DELETE", "TRACE", "PROPFIND", "FOO"].map((method) =>
    at(`method-${method}`, (name) => `${functions}/${name}/policy`, method),
  ),
];
