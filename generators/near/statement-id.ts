import { around } from "./around.ts";
import { type NearMiss, offPatterns } from "./near-miss.ts";
import { overLong } from "./over-long.ts";

/** Statement ids that the pattern or a length refuses; all but the empty one contain `fresh`. */
export function statementIdNearMisses(fresh: string): readonly NearMiss[] {
  return [
    ...around("StatementId", fresh),
    ...offPatterns("StatementId", {
      "domain-name": `${fresh}.example.com`,
      "two-words": `${fresh} b`,
      path: `${fresh}/b`,
      arn: `arn:aws:s3:::${fresh}`,
      template: `\${${fresh}}`,
      markup: `<${fresh}>`,
      parentheses: `(${fresh})`,
    }),
    { label: "empty", constraint: "minLength", value: "" },
    ...overLong("StatementId", fresh),
  ];
}
