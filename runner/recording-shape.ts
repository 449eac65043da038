import { rawShape, reportShape } from "../reports/compare/report-shape.ts";
import type { Shape } from "../reports/shape.ts";
import { operations } from "../spec/exchange.ts";

const headers: Shape = { list: { pair: "text" } };
const call: Shape = {
  members: {
    operation: operations,
    method: "text",
    target: "text",
    headers,
    body: { orNull: "text" },
    encoding: { optional: ["base64"] },
    raw: { optional: rawShape },
    connection: { optional: "text" },
  },
};
const times = { sentAt: "number", answeredAt: "number" } as const;
const answer: Shape = {
  by: "kind",
  of: {
    response: { members: { status: "number", headers, body: "text", ...times } },
    none: { members: { reason: "text", detail: "text", ...times } },
  },
};
const step: Shape = {
  members: {
    key: "text",
    call,
    revisionFrom: { optional: "text" },
    versionFrom: { optional: "text" },
  },
};
const staged: Shape = {
  members: {
    name: "text",
    arn: "text",
    versions: { list: "text" },
    aliases: { orNull: { members: { live: "text", arn140: "text", arn141: "text", longest: "text" } } },
  },
};
const stage: Shape = {
  members: {
    partition: "text",
    region: "text",
    account: "text",
    main: staged,
    other: { orNull: staged },
    unknownName: "text",
    recipe: { orNull: { members: { role: "text", runtime: "text", zip: "text" } } },
  },
};

/** The shape of a line of a recording. */
export const lineShape: Shape = {
  by: "type",
  of: {
    header: { members: { schema: "text", tool: { members: { name: "text", version: "text" } } } },
    stage: { members: { lane: "number", stage, fresh: "flag" } },
    round: {
      members: { lane: "number", unit: "text", exchanges: { list: { members: { step, call, answer } } } },
    },
    tidied: { members: { lane: "number" } },
    footer: { members: { report: reportShape } },
  },
};
