import { Buffer } from "node:buffer";
import { escapeJson } from "./escape.ts";
import type { CounterexampleStep, Report, RuleReport } from "./report.ts";

/** The exchanges of all counterexamples as HAR 1.2, one page a rule; nothing that a browser would add is made up. */
export function har(report: Report): string {
  const broken = report.rules.filter((rule) => rule.counterexample !== undefined);
  const log = {
    version: "1.2",
    creator: { name: report.tool.name, version: report.tool.version },
    pages: broken.map((rule) => page(rule, report)),
    entries: broken.flatMap((rule) =>
      (rule.counterexample?.steps ?? []).map((step) => entry(step, rule, report)),
    ),
  };
  return `${escapeJson(JSON.stringify({ log }, null, 2))}\n`;
}

function page(rule: RuleReport, report: Report): object {
  const sentAt = rule.counterexample?.steps[0]?.sentAt;
  return { startedDateTime: moment(report, sentAt), id: rule.id, title: rule.title, pageTimings: {} };
}

function moment(report: Report, sinceStart = 0): string {
  return new Date(Date.parse(report.startedAt) + sinceStart).toISOString();
}

function entry(step: CounterexampleStep, rule: RuleReport, report: Report): object {
  const time = Math.max(0, (step.answeredAt ?? 0) - (step.sentAt ?? 0));
  return {
    pageref: rule.id,
    startedDateTime: moment(report, step.sentAt),
    time,
    request: request(step, report),
    response: response(step),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    ...(step.silence === undefined ? {} : { comment: step.silence }),
  };
}

function request({ request: sent }: CounterexampleStep, report: Report): object {
  const body = sent.body ?? "";
  const postData = {
    mimeType: headerValue(sent.headers, "content-type"),
    text: body,
    ...(sent.encoding === undefined ? {} : { comment: "text is base64", _encoding: sent.encoding }),
  };
  return {
    method: sent.method,
    url: report.target.endpoint.replace(/\/+$/, "") + sent.path,
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: headers(sent.headers),
    queryString: queryString(sent.path),
    ...(sent.body === null ? {} : { postData }),
    headersSize: -1,
    bodySize: Buffer.byteLength(body, sent.encoding ?? "utf8"),
  };
}

function response({ response: received }: CounterexampleStep): object {
  const body = received?.body ?? "";
  const size = Buffer.byteLength(body);
  return {
    status: received?.status ?? 0,
    statusText: "",
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: headers(received?.headers ?? {}),
    content: { size, mimeType: headerValue(received?.headers ?? {}, "content-type"), text: body },
    redirectURL: headerValue(received?.headers ?? {}, "location"),
    headersSize: -1,
    bodySize: received === null ? -1 : size,
  };
}

function headers(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function headerValue(values: Readonly<Record<string, string>>, wanted: string): string {
  return Object.entries(values).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
}

/** Names and values as sent: a strange percent-encoding is often what the exchange is about. */
function queryString(path: string): readonly object[] {
  const start = path.indexOf("?");
  if (start < 0) return [];
  const pairs = path.slice(start + 1).split("&");
  return pairs.map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? { name: pair, value: "" } : { name: pair.slice(0, at), value: pair.slice(at + 1) };
  });
}
