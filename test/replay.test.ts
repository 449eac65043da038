import { describe, expect, it } from "vitest";
import { historyOf } from "../runner/replay.ts";
import { revisionSlot } from "../spec/exchange.ts";
import { sampleCounterexample, sampleStep } from "./sample-report.ts";

/** The request that carried the revision of the answer before it, ready to be sent again. */
function slotted(revision: string, path: string, body: string | null) {
  const read = sampleStep(null, 200, JSON.stringify({ Policy: "{}", RevisionId: revision }));
  const write = sampleStep(body, 201);
  const steps = [
    { ...read, request: { ...read.request, key: "read", operation: "GetPolicy" } },
    { ...write, request: { ...write.request, path, key: "write", revisionFrom: "read" } },
  ];
  return historyOf(sampleCounterexample({ steps }))[1]?.[0]?.call;
}

describe("A history that is to be sent again", () => {
  it.each(["1", 'W/"é\\1"', "f0f0f0f0-0000"])(
    "has a slot for the revision %j, and only there",
    (revision) => {
      const others = {
        Principal: `12345678901${revision}`,
        StatementId: revision,
        SourceArn: '"RevisionId":"1"',
      };
      const body = (value: string) => JSON.stringify({ ...others, RevisionId: value }, null, 1);
      const path = (value: string) => `/2015-03-31/functions/f-1/policy/s1?Qualifier=1&RevisionId=${value}`;
      const call = slotted(revision, path(encodeURIComponent(revision)), body(revision));
      expect(call).toMatchObject({ target: path(revisionSlot), body: body(revisionSlot) });
    },
  );

  it("keeps a RevisionId that is another", () => {
    expect(slotted("1", "/f/policy", '{"RevisionId":"11"}')?.body).toBe('{"RevisionId":"11"}');
  });
});
