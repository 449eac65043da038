import { escapeJson } from "./escape.ts";
import type { Report } from "./report.ts";

/** The order of members, for every level. */
const order = `
  event,rule,column,columns,outcome,schema,tool,id,title,name,version,target,endpoint,uses,function,alias,
  cannot,unsupported,needs,profile,only,suites,seed,startedAt,durationMs,requests,incomplete,summary,
  document,aws,holds,violated,basis,source,verdicts,known,inconclusive,unexercised,gravity,rules,causes,
  answer,observations,checks,executed,because,link,reason,reasonCode,advice,excusedBy,explainedBy,kinds,
  allKinds,counterexample,unconfirmed,expected,seen,reproduced,reruns,shown,tried,steps,request,key,
  operation,round,revisionFrom,versionFrom,method,path,status,error,headers,body,encoding,raw,lines,pieces,
  halfClose,invalid,connection,response,silence,silenceCode,sentAt,answeredAt,curl,replay,questions,gate,
  file,failures,notes,entry,line,faults,problems,code,message,stack,waits,cause,times,leftOut,latency,
  medianMs,p99Ms,maxMs,outliers,case,ms,coverage,history,histories,done,planned,played,notEmptied,cells,
  member,constraint,input,decided,accepted,refused,refusedOther,unsettled,unreachable,campaign,minutes,end,
  rounds,seeds,mutated,behaviours,found,testCase,corpus
`;

const ranks: ReadonlyMap<string, number> = new Map(
  order.split(",").map((name, index) => [name.trim(), index]),
);

function compareMembers(a: string, b: string): number {
  const byRank = (ranks.get(a) ?? ranks.size) - (ranks.get(b) ?? ranks.size);
  if (byRank !== 0) return byRank;
  return a < b ? -1 : 1;
}

/** The same value with ordered members; header maps keep the order of the wire. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => compareMembers(a, b))
    .map(([name, member]) => [name, name === "headers" ? member : ordered(member)] as const);
  // An assignment would lose a member named __proto__.
  return Object.fromEntries(entries);
}

/** report.json: the report itself, members in a fixed order, with a newline at the end. */
export function json(report: Report): string {
  return `${escapeJson(JSON.stringify(ordered(report), null, 2))}\n`;
}
