import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { type ConformOptions, conform } from "../api/index.ts";
import type { Report, RuleReport } from "../reports/report.ts";
import { runText } from "../reports/run-blocks.ts";
import { exitMeaning, verdictSentence } from "../reports/verdict.ts";
import { type RuleId, rules } from "../rules/index.ts";
import { bearingOn } from "../suites/bearing.ts";
import { boundary } from "../suites/boundary.ts";
import type { Suite } from "../suites/case.ts";
import { state } from "../suites/state.ts";
import { faithful } from "../targets/reference/behaviour.ts";
import { mutants } from "../targets/reference/mutants/index.ts";
import { createReference } from "../targets/reference/reference.ts";
import { bodyOf } from "./hostile/server.ts";
import { judgeEndpoint } from "./judge-endpoint.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** When a server ends after a request: before its answer, or a moment later; undefined if it goes on. */
type Ends = (request: {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}) => "now" | "later" | undefined;

interface Mortal {
  readonly url: string;
  /** How often it has ended. */
  deaths(): number;
  /** Listens again if it has ended; true. */
  restart(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * A server that loses its functions and every connection when it ends. With `restartMs`, it listens on the same port again
 * after that time, as under a supervisor.
 */
async function mortal(ends: Ends, restartMs: number | null): Promise<Mortal> {
  let reference = createReference();
  let deaths = 0;
  let closed = false;
  const sockets = new Set<Socket>();
  let server = createServer();
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server = createServer((message, response) => {
        void bodyOf(message).then(async (body) => {
          const { method = "", url: target = "", headers } = message;
          const end = ends({ method, target, body: body.toString("utf8") });
          if (end === "now") return die();
          const reply = await reference.handle({ method, target, headers, body });
          if (reply === "drop") return message.socket.destroy();
          response.writeHead(reply.status, [...reply.headers.flat()]);
          response.end(method === "HEAD" ? "" : reply.body);
          if (end === "later") setTimeout(die, 5);
        });
      });
      server.on("connection", (socket) => {
        sockets.add(socket);
        socket.on("error", () => {}).on("close", () => sockets.delete(socket));
      });
      server.listen(port, "127.0.0.1", resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const die = () => {
    if (!server.listening) return;
    deaths += 1;
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    reference = createReference();
    if (restartMs !== null) setTimeout(() => closed || void listen(port), restartMs);
  };
  return {
    url: `http://127.0.0.1:${port}`,
    deaths: () => deaths,
    restart: async () => {
      if (!server.listening && !closed) await listen(port);
      return true;
    },
    close: async () => {
      closed = true;
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const folder = temporaryFolder();

const isAddition = ({ method, target }: Parameters<Ends>[0]) =>
  method === "POST" && /\/policy(\?|$)/.test(target);
const isNull: Ends = (request) => (isAddition(request) && request.body.trim() === "null" ? "now" : undefined);

interface Judging {
  readonly workers?: number;
  /** The rules that are judged beside answer.arrives, and the suites of the test cases that bear on all of them. */
  readonly about?: readonly RuleId[];
  readonly suites?: readonly Suite[];
  readonly journalDir?: string;
  /** How long the server is away, in milliseconds; 30 by default. */
  readonly restartMs?: number;
}

async function judged(
  ends: Ends,
  restartMs: number | "by its launcher" | null,
  { workers = 2, about = ["body.not-an-object"], suites = [boundary], journalDir }: Judging = {},
): Promise<Report & { readonly deaths: number }> {
  const launched = restartMs === "by its launcher";
  const server = await mortal(ends, launched ? null : restartMs);
  const ids: readonly string[] = ["answer.arrives", ...about];
  try {
    const report = await judgeEndpoint(new URL(server.url), bearingOn(suites, ids) ?? [], {
      rules: rules.filter(({ id }) => ids.includes(id)),
      workers,
      // A run waits for ten seconds for a target that is gone.
      speed: 4,
      connecting: { ...(launched && { restart: server.restart }), ...(journalDir && { journalDir }) },
    });
    return { ...report, deaths: server.deaths() };
  } finally {
    await server.close();
  }
}

function rule({ rules }: Report, id: string): RuleReport | undefined {
  return rules.find((one) => one.id === id);
}

function violatedIn({ rules }: Report): readonly string[] {
  return rules.filter(({ verdicts }) => verdicts.document === "violated").map(({ id }) => id);
}

const lastRequest = (report: Report) => rule(report, "answer.arrives")?.counterexample?.steps[0]?.request;

describe.concurrent("A request that ends a server that comes back", () => {
  const isMalformed = (text: string) => {
    try {
      JSON.parse(text);
      return false;
    } catch {
      return true;
    }
  };
  const labelOf = (target: string) => target.split("/")[3] ?? "";
  type IsIt = (request: ReturnType<typeof lastRequest>) => boolean;
  const cases: readonly (readonly [string, Ends, IsIt, Judging])[] = [
    ["a body null", isNull, (request) => request?.body === "null", {}],
    [
      "a body null, a moment after its answer",
      (request) => (isNull(request) === "now" ? "later" : undefined),
      (request) => request?.body === "null",
      // So that requests follow the last one of this kind, and meet a server that is not back yet.
      { about: ["body.not-an-object", "body.malformed-json"], restartMs: 250 },
    ],
    [
      "a body that is no JSON",
      (request) => (isAddition(request) && isMalformed(request.body) ? "now" : undefined),
      (request) => isMalformed(request?.body ?? ""),
      { about: ["body.malformed-json"] },
    ],
    [
      "a long FunctionName",
      (request) => (isAddition(request) && labelOf(request.target).length > 170 ? "now" : undefined),
      (request) => labelOf(request?.path ?? "").length > 170,
      { about: ["FunctionName.maxLength"] },
    ],
    [
      "a read with a Qualifier",
      ({ method, target }) => (method === "GET" && /\/policy\?Qualifier=/.test(target) ? "now" : undefined),
      (request) => request?.method === "GET" && request.path.includes("/policy?Qualifier="),
      { about: ["policy.separate-qualifiers"], suites: [state] },
    ],
  ];

  it.each(cases)(
    "is the only finding, and other rules are judged: %s",
    async (_what, ends, isIt, judging) => {
      const report = await judged(ends, judging.restartMs ?? 30, judging);
      expect([violatedIn(report), report.faults]).toEqual([["answer.arrives"], []]);
      expect(report.causes?.[0]?.rule).toBe("answer.arrives");
      expect(lastRequest(report)).toSatisfy(isIt);
      const { reruns, seen } = rule(report, "answer.arrives")?.counterexample ?? {};
      expect([reruns, seen]).toEqual([{ shown: 2, tried: 2 }, expect.stringContaining(", and then ")]);
      expect(report.incomplete).toBe(false);
      expect(report.leftOut?.some(({ ended }) => ended !== undefined)).toBe(true);
      expect(report.deaths).toBeLessThan(40);
    },
  );
});

describe.concurrent("A request that ends a server that its launcher restarts", () => {
  it("is confirmed, and a second one is shown in a line of its own", async () => {
    // Two requests of different kinds end it, as moto or ministack might.
    const isRead: Ends = ({ method, target }) =>
      method === "GET" && /\/policy\?Qualifier=/.test(target) ? "now" : undefined;
    const report = await judged((request) => isNull(request) ?? isRead(request), "by its launcher", {
      about: ["body.not-an-object", "policy.separate-qualifiers"],
      suites: [boundary, state],
      // Both kinds are frequent, and a server that two workers end at once is not back in time.
      workers: 1,
    });
    expect([violatedIn(report), report.faults, report.incomplete]).toEqual([["answer.arrives"], [], false]);
    expect(rule(report, "answer.arrives")?.counterexample?.reruns).toEqual({ shown: 2, tried: 2 });
    const examples = report.leftOut?.flatMap(({ example }) => example ?? []) ?? [];
    expect(examples.toSorted()).toEqual([
      expect.stringMatching(/^GET \S+\/policy\?Qualifier=/),
      expect.stringMatching(/^POST \S+\/policy null$/),
    ]);
    const text = runText(report, { columns: 200, color: false }).replaceAll(/\s+/g, " ");
    for (const example of examples) expect(text).toContain(`, such as ${example}: the target was gone`);
  });
});

describe.concurrent("A request that ends a server that does not come back", () => {
  it("is shown first, as seen and not confirmed, with those in flight beside it", async () => {
    const report = await judged(isNull, null, { journalDir: folder });
    const found = rule(report, "answer.arrives")?.unconfirmed;
    expect(violatedIn(report)).toEqual([]);
    expect(report.incomplete).toBe(true);
    expect(found?.steps.map(({ request }) => request.body)).toContain("null");
    expect(found?.seen).toMatch(
      /^no connection was accepted after (this request|one of these \d requests), in flight$/,
    );
    expect(rule(report, "answer.arrives")?.advice).toContain("--concurrency 1 --suite boundary");
    const left = report.faults.filter((text) => text.includes("left behind"));
    expect(left).toEqual([expect.stringMatching(/^\d+ functions are left behind, .* and \d+ more .* sweep/)]);
  });

  it("is named alone where one is in flight at a time", async () => {
    const report = await judged(isNull, null, { workers: 1 });
    const { seen, steps = [] } = rule(report, "answer.arrives")?.unconfirmed ?? {};
    expect(seen).toBe("no connection was accepted after this request, in flight");
    expect(steps.map(({ request }) => request.body)).toEqual(["null"]);
  });
});

describe.concurrent("A server that ends for reasons of its own", () => {
  it("is not blamed for a request when it does after 60 of them", async () => {
    let number = 0;
    const report = await judged(() => {
      number += 1;
      return number % 60 === 0 ? "now" : undefined;
    }, 20);
    expect(violatedIn(report)).toEqual([]);
    expect(rule(report, "answer.arrives")?.unconfirmed).toBeUndefined();
    expect(report.deaths).toBeGreaterThan(0);
  });
});

describe.concurrent("A run that ends early", () => {
  /** Runs against a reference that answers every success with 200 in place of 201. */
  async function endedBy(options: Pick<ConformOptions, "budget" | "signal" | "progress">): Promise<Report> {
    const reference = createReference({ behaviour: mutants["success.is-201"].mutate(faithful) });
    try {
      const { origin } = await reference.listen();
      return await conform(origin, { rules: ["success.is-201"], concurrency: 1, ...options });
    } finally {
      await reference.close();
    }
  }

  it("shows what it saw when it is interrupted, as seen and not confirmed", async () => {
    const controller = new AbortController();
    const tried: number[] = [];
    const report = await endedBy({
      signal: controller.signal,
      progress: ({ violated, confirming }) => {
        if (violated > 0) controller.abort();
        if (confirming !== undefined) tried.push(confirming.tried);
      },
    });
    const { unconfirmed } = rule(report, "success.is-201") ?? {};
    expect([unconfirmed?.expected, unconfirmed?.seen]).toEqual(["201", "200"]);
    expect(unconfirmed?.steps.at(-1)?.response?.status).toBe(200);
    expect(rule(report, "success.is-201")?.reason).toBe(
      "seen (200), and not rerun, because the run was interrupted",
    );
    expect([violatedIn(report), Math.max(0, ...tried)]).toEqual([[], 0]);
    expect(exitMeaning(2, report)).toBe("the run did not finish, because it was interrupted");
    expect(exitMeaning(130, report)).toBe("the run was interrupted");
    expect(verdictSentence(report)).toMatch(/ is incomplete: \d+ violations? seen, none confirmed\.$/);
  });

  it("says that its budget is spent", async () => {
    const report = await endedBy({ budget: 80 });
    expect(report.faults.join()).toContain("the budget of 80 requests");
    expect(exitMeaning(2, report)).toBe("the run did not finish, because the budget of requests is spent");
  });
});
