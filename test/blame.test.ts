import { describe, expect, it } from "vitest";
import { addPermission } from "../generators/call.ts";
import { add, answer, blamed, names } from "./told.ts";

describe("A path that is not this operation", () => {
  it("may be refused under any name", () => {
    const call = { ...add("s"), target: `/functions/${names.main}/policy` };
    expect(blamed([call, answer(404, {}, "UnknownOperationException")])).toEqual([]);
    const empty = addPermission({ functionName: "", body: {} });
    expect(blamed([empty, answer(400, {}, "BadRequest")])).toEqual([]);
    expect(blamed([add("s", { Action: "no" }), answer(400, {}, "BadRequest")])).toEqual([
      "errors.documented-name",
    ]);
  });
});
