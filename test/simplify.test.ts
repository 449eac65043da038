import { describe, expect, it } from "vitest";
import { simplifyCalls } from "../runner/simplify.ts";
import { addPermission, getPolicy, label, qualifierQuery } from "../spec/calls.ts";
import { type Call, type Round, revisionSlot } from "../spec/exchange.ts";
import { alone, bodyWith } from "../suites/case.ts";

const [main, other] = ["addperm-ct-x-main", "addperm-ct-x-other"];
const path = (name: string) => `/2015-03-31/functions/${name}/policy`;

function on(name: string, body: unknown, more: Partial<Call> = {}): Call {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { ...addPermission({ functionName: label(name), body: text }), ...more };
}

/** The calls that are left when only this has to stay true of the last. */
async function simplified(rounds: readonly Round[], holds: (last: Call) => boolean) {
  const still = async (tried: readonly Round[]) => {
    const last = tried.at(-1)?.at(-1)?.call;
    return last !== undefined && holds(last);
  };
  const left = await simplifyCalls(rounds, [main, other], still);
  return left.flat().map(({ call }) => call);
}

const members = (call: Call) => JSON.parse(call.body ?? "");
const usual = { Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com", StatementId: "s" };

describe("A call is made plain", () => {
  it("on the function under test, where the second one will not do better", async () => {
    const [call] = await simplified([alone("a", on(other, usual))], () => true);
    expect(call?.target).toBe(path(main));
  });

  it("on the second one by its plain name, where only that shows it", async () => {
    const encoded = `/2015-03-31/functions/${other.replaceAll("a", "%61")}%3a1/policy`;
    const [call] = await simplified([alone("a", on(other, usual, { target: encoded }))], ({ target }) =>
      decodeURIComponent(target).includes(other),
    );
    expect(call?.target).toBe(`${path(other)}?${qualifierQuery("1")}`);
  });

  it("with a value that is short, but there", async () => {
    const odd = { ...usual, SourceArn: "not an arn at all" };
    const [call] = await simplified(
      [alone("a", on(main, odd))],
      (last) => !/^arn:/.test(members(last).SourceArn ?? "arn:"),
    );
    expect(members(call as Call).SourceArn).toHaveLength(1);
  });

  it("with a usual value for what has to be there, whatever it is", async () => {
    const rich = {
      ...usual,
      SourceArn: "arn:aws:sns:us-east-1:123456789012:topic",
      SourceAccount: "999999999999",
    };
    const [call] = await simplified(
      [alone("a", on(main, rich))],
      (last) => /^arn:aws:/.test(members(last).SourceArn ?? "") && members(last).SourceAccount !== undefined,
    );
    expect(members(call as Call)).toEqual({
      ...usual,
      SourceArn: "arn:aws:s3:::b",
      SourceAccount: "123456789012",
    });
  });

  it("with trailing text after the canonical body, where that is what is wrong", async () => {
    const [call] = await simplified(
      [alone("a", on(main, '{"Action":"x","odd":[1,2],"StatementId":"f10"}junk'))],
      (last) => {
        const text = last.body ?? "";
        return text.startsWith("{") && text.includes("StatementId") && !text.endsWith("}");
      },
    );
    expect(call?.body).toBe(`${JSON.stringify(usual)}x`);
  });

  it("and the revision that it takes from another step is left as it is", async () => {
    const guarded = on(main, bodyWith("RevisionId", revisionSlot, "a-long-id"));
    const rounds = [alone("read", getPolicy(main)), [{ key: "a", call: guarded, revisionFrom: "read" }]];
    const [, call] = await simplified(rounds, (last) => members(last).RevisionId !== undefined);
    expect(members(call as Call)).toEqual({ ...usual, RevisionId: revisionSlot });
  });
});
