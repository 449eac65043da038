import { describe, expect, it } from "vitest";
import { byHand } from "../runner/by-hand.ts";
import { addPermission, label, qualifierQuery } from "../spec/calls.ts";
import type { Call } from "../spec/exchange.ts";
import { bodyWith } from "../suites/case.ts";
import { stage } from "./staged.ts";

const { main, other } = stage;
const body = bodyWith("Action", "lambda:InvokeFunction", "s");

/** The names of what is made before the calls are sent, in order. */
function made(...calls: readonly Call[]): readonly string[] {
  const exchange = (call: Call) => ({
    step: { key: "k", call },
    call,
    answer: { kind: "none", reason: "reset", detail: "", sentAt: 0, answeredAt: 0 } as const,
  });
  const options = {
    target: { endpoint: "http://127.0.0.1:1" },
    curl: { authorization: [], sign: false },
    redact: (text: string) => text,
  };
  const { play } = byHand([calls.map(exchange)], options, stage);
  return [...play.matchAll(/(make_function|publish_version|make_alias) (\S+?)(?: (\S+?))?;/g)].map((match) =>
    match.slice(1).filter(Boolean).join(" "),
  );
}

const on = (name: string, more: Partial<Parameters<typeof addPermission>[0]> = {}) =>
  addPermission({ functionName: label(name), body, ...more });

describe("What is made before a counterexample is tried by hand", () => {
  it.each<[what: string, call: Call, wanted: readonly string[]]>([
    ["the function alone", on(main.name), [`make_function ${main.name}`]],
    ["the other function", on(other?.name ?? ""), [`make_function ${other?.name}`]],
    ["nothing for a name that no function has", on(stage.unknownName), []],
    [
      "no version for a number in a body",
      on(main.name, { body: bodyWith("EventSourceToken", 1, "s") }),
      [`make_function ${main.name}`],
    ],
    [
      "two versions for the second",
      on(main.name, { query: qualifierQuery("2") }),
      [`make_function ${main.name}`, `publish_version ${main.name}`, `publish_version ${main.name}`],
    ],
    [
      "one for a version in the name",
      on(`${main.name}:1`),
      [`make_function ${main.name}`, `publish_version ${main.name}`],
    ],
    [
      "an alias, and the version that it points to",
      on(`${main.name}:live`),
      [`make_function ${main.name}`, `publish_version ${main.name}`, `make_alias ${main.name} live`],
    ],
    [
      "no alias for its name in a body",
      on(main.name, { body: bodyWith("SourceArn", "arn:aws:s3:us-east-1:123456789012:live", "s") }),
      [`make_function ${main.name}`],
    ],
  ])("%s", (_what, call, wanted) => {
    expect(made(call)).toEqual(wanted);
  });
});
