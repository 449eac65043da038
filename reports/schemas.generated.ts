// Generated from reports/*.schema.json by `npm run generate`. Do not edit.

/** The result of one run. Readers must accept unknown members and codes: later releases add some and change none. */
export type Report = {
  readonly schema: "addpermission-conformance/report@1";
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: {
    readonly name: string;
    readonly endpoint: string;
    /** How the run got the target. endpoint: it listened at the endpoint. builtin: the run started it by its name and ended it. in-process: it was a part of the program that called the library. */
    readonly kind?: "endpoint" | "builtin" | "in-process";
    /** The region of the requests. */
    readonly region?: string;
    /** True if each request was signed with the keys of the user. */
    readonly signed?: boolean;
    /** The existing function that the run used, and the version and the alias that it chose. Their policies were emptied and restored. Absent if the run created its functions. */
    readonly uses?: {
      readonly function: string;
      readonly version?: string;
      readonly alias?: string;
    };
    /** Reasons for the capabilities that the target does not support, declared or detected. */
    readonly cannot: readonly string[];
    /** The same with the capability that each reason is about. A reason may be given for several. */
    readonly unsupported?: readonly { readonly needs: ReportCapability; readonly reason: string }[];
  };
  readonly profile: ReportColumn;
  /** The part of a run that this report is about, if it is one of several. The merge subcommand joins them. */
  readonly shard?: {
    readonly index: number;
    readonly of: number;
    /** The test cases of this part. */
    readonly cases: ReportCount;
    /** The test cases of all parts. */
    readonly planned: ReportCount;
    /** A digest of the ids of all planned test cases; equal in all parts of one run. */
    readonly plan: string;
  };
  /** The number of parts that this report joins. Absent in the report of one run. */
  readonly shards?: ReportCount;
  /** The selection of the user: the number of judged rules, and the suites that sent requests. Absent without a selection. */
  readonly only?: {
    readonly rules?: ReportCount;
    /** The report whose violated rules these are, if --last-failed selected them. */
    readonly violatedIn?: string;
    /** The number of test cases that bear on the selected rules, if only these were sent. */
    readonly testCases?: ReportCount;
    readonly suites?: readonly string[];
  };
  readonly seed: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** All requests, including set-up and tear-down. */
  readonly requests: ReportCount;
  /** True when the run ended before it sent all planned requests; faults explains why. */
  readonly incomplete: boolean;
  readonly summary: { readonly document: ReportTally; readonly aws: ReportTally };
  readonly rules: readonly ReportRule[];
  /** The violated rules by what they have in common, the gravest cause first. Each violated rule is in exactly one cause. Absent without a violation. */
  readonly causes?: readonly ReportCause[];
  readonly questions: readonly ReportQuestion[];
  /** Problems of the suite or the connection, one sentence each. */
  readonly faults: readonly string[];
  /** The same as faults, in the same order, with codes. Absent in reports of earlier versions. */
  readonly problems?: readonly ReportProblem[];
  /** Kinds of requests that were no longer sent, because too many of them got no answer within the deadline, because they ended the target, or repetitions of what takes seconds, or more of what violated a rule each time. Absent if there are none. */
  readonly leftOut?: readonly {
    /** The operation, and for AddPermission what the document says of the request. */
    readonly kind: string;
    /** The rule that every request of this kind violated, so that more of them show nothing new. */
    readonly violates?: string;
    /** Deadlines that requests of this kind missed one after the other; 0 for what was left out for another reason. */
    readonly unanswered: ReportCount;
    /** Requests or test cases that were not sent. */
    readonly left: ReportCount;
    /** How often the target was gone after a request of this kind. Absent if it was not. */
    readonly ended?: ReportCount;
    /** The request after which the target was gone: method, path and body. Absent if it was not. */
    readonly example?: string;
  }[];
  /** Latency of answers to AddPermission in milliseconds, and the slowest calls. */
  readonly latency?: ReportLatency;
  /** How often the run sent a call again after an answer that passes by itself, and how long it waited in all. */
  readonly waits?: readonly ReportWait[];
  /** The run compared with the file of known deviations. Absent without such a file. */
  readonly gate?: ReportGate;
  /** Setup lines for bash or zsh. Run them once before the `play` of any counterexample. */
  readonly shell?: readonly string[];
  /** What the run exercised. */
  readonly coverage?: ReportCoverage;
  /** What the run did after its usual test cases. Absent without --minutes. */
  readonly campaign?: ReportCampaign;
};

/** The two readings of one run: the page literally, and the page corrected by recordings of the live service. */
export type ReportColumn = "document" | "aws";

export type ReportCount = number;

/** A capability of a target that a rule may need. */
export type ReportCapability = "state" | "policy" | "other" | "versions" | "aliases" | "remove" | "revisions" | "limit" | "echo" | "meaning" | "faults" | "routes" | "alias-lengths" | "full-arn" | "version-list" | "publish" | "describe" | "discard";

/** The basis of a rule: only stated and implied rules can turn the document column red. */
export type ReportBasis = "stated" | "implied" | "observed" | "open";

/** Why the rule is inconclusive or unexercised. unsupported: the target does not support what the rule needs (excusedBy). explained: the violation of another rule explains every candidate (explainedBy). not-exercised: no request exercised the rule. not-judged: the run ended before any answer was judged. unsettled: the answers do not decide the rule. not-confirmed: reruns did not reproduce the candidate. not-rerun: the run could send no more requests to confirm the candidate. no-fixture: no new function could be created to confirm the candidate on. not-kept: there were more kinds of candidates than a run stores, and no history of an unexplained one was stored. not-rerun-yet: the run is still in progress. */
export type ReportReasonCode = "unsupported" | "explained" | "not-exercised" | "not-judged" | "unsettled" | "not-confirmed" | "not-rerun" | "no-fixture" | "not-kept" | "not-rerun-yet";

/** Why there is no response. */
export type ReportSilenceCode = "timeout" | "refused" | "reset" | "protocol" | "too-large" | "tls" | "unresolved" | "aborted";

/** internal: an error of the suite itself. not-begun: the run could not start. ended-early: it could not continue. stopped: a budget, a signal or an unreachable target ended it. going-on: it was in progress when this was written. ended: a request ended the target, and the rule that it violates was left out. fixtures-lost: the target lost functions that were not deleted. left-behind: a created resource or a changed policy remains. not-recorded: the recording could not be written. unknown: from an earlier version. */
export type ReportProblemCode = "internal" | "not-begun" | "ended-early" | "stopped" | "going-on" | "ended" | "fixtures-lost" | "left-behind" | "not-recorded" | "unknown";

/** Strongest first: violated > inconclusive > holds > unexercised. */
export type ReportOutcome = "violated" | "inconclusive" | "holds" | "unexercised";

export type ReportHeaders = { readonly [key: string]: string };

/** Number of rules of this column by outcome; a known violation counts as known only. Observed rules do not count in the document column. */
export type ReportTally = {
  readonly holds: ReportCount;
  readonly violated: ReportCount;
  readonly known: ReportCount;
  readonly inconclusive: ReportCount;
  readonly unexercised: ReportCount;
};

/** The verdict on one rule. */
export type ReportRule = {
  readonly id: string;
  readonly title: string;
  readonly basis: ReportBasis;
  /** Section and member of the document, in words of this project. */
  readonly source: string;
  /** In a column without this rule (see columns) the verdict is unexercised, and it counts neither in the summary nor in the exit code. */
  readonly verdicts: { readonly document: ReportOutcome; readonly aws: ReportOutcome };
  /** The only columns that have this rule. Absent: both have it. */
  readonly columns?: readonly ReportColumn[];
  /** True when the file of known deviations lists the rule and it is as recorded: violated in the same way, or not judged. */
  readonly known: boolean;
  /** Of a known deviation: why it is tolerated, as the file says. Absent where the file says nothing. */
  readonly because?: string;
  /** Of a known deviation: the address of the issue. */
  readonly link?: string;
  /** Of a violated rule in the deciding column: the answers that violate it, and the kinds of input that get each; only kinds that are sent at every seed. A rule about any refusal has answers without kinds. Absent where no such request violated it. */
  readonly kinds?: ReportKinds;
  /** True if every kind of input that this rule judged got the one answer in kinds. */
  readonly allKinds?: boolean;
  /** Exchanges that this rule judged. */
  readonly observations: ReportCount;
  /** Checks that the plan expects, including histories that were not sent, and checks with a verdict. Only the first 1000 histories that were not sent are counted; with more, expected is a lower bound. */
  readonly checks?: { readonly expected: ReportCount; readonly executed: ReportCount };
  /** Why the rule is inconclusive or unexercised, as a sentence for people. Programs use reasonCode. */
  readonly reason?: string;
  /** The same as a code. */
  readonly reasonCode?: ReportReasonCode;
  /** What a user can do about it, as a sentence for people. */
  readonly advice?: string;
  /** With unsupported: the unsupported capability. */
  readonly excusedBy?: ReportCapability;
  /** With explained: id of the rule whose violation explains this one. */
  readonly explainedBy?: string;
  readonly counterexample?: ReportCounterexample;
  /** The exchanges of a violation that was seen and could not be tried again. With answer.arrives, they may be requests of which one ended the target, most suspicious first. */
  readonly unconfirmed?: ReportCounterexample;
};

/** Kinds of input by answer: "accepted", or status and error name. */
export type ReportKinds = { readonly [key: string]: readonly string[] };

/** What the file of known deviations says of this run. With failures the exit code is 1. */
export type ReportGate = {
  /** The file, as it was named. */
  readonly file: string;
  /** Entries that fail the run. */
  readonly failures: readonly ReportGateEntry[];
  /** Entries that the run only partly confirms. */
  readonly notes: readonly ReportGateEntry[];
};

/** What a run says of one entry. */
export type ReportGateEntry = {
  readonly code: ReportGateCode;
  /** The rule or the cause that the entry names. */
  readonly entry: string;
  /** The rule that it is about; absent if it is about the whole entry. */
  readonly rule?: string;
  /** The line of the entry in the file. */
  readonly line?: ReportCount;
  /** With wider and better: the kinds of input in question. */
  readonly kinds?: ReportKinds;
  /** With changed: the recorded answer. */
  readonly was?: string;
  /** With changed: the answer of this run. */
  readonly is?: string;
  /** The same as a phrase for people. */
  readonly message: string;
};

/** stale: no longer deviates. changed: another answer than recorded. wider: more kinds of input than recorded. expired: the entry is no longer valid. better: fewer kinds of input, or fewer rules. unseen: this run cannot check the entry. */
export type ReportGateCode = "stale" | "changed" | "wider" | "expired" | "better" | "unseen";

/** What violated rules have in common: the same demand, and the same wrong answer or effect. */
export type ReportCause = {
  /** Stable across runs, seeds and versions of the target. */
  readonly id: string;
  /** The claim that is violated, as a sentence. */
  readonly title: string;
  /** What it means for a user of the target, gravest first: no answer, a wrong state, a wrong acceptance, a wrong refusal, a wrong error, a wrong shape of a success. */
  readonly gravity: "no-answer" | "state" | "acceptance" | "refusal" | "error" | "shape";
  /** Ids of the violated rules, in the order of the report. */
  readonly rules: readonly string[];
  /** Requests of the test cases that violated one of these rules, without reruns. */
  readonly requests: ReportCount;
  /** Id of the rule that the counterexample violates. */
  readonly rule: string;
  /** The shortest counterexample of these rules, on the plainest request. */
  readonly counterexample: ReportCounterexample;
};

/** The smallest history found that breaks a rule. */
export type ReportCounterexample = {
  /** What the rule demands, as a phrase: "400 InvalidParameterValueException". */
  readonly expected: string;
  /** The answer, as a phrase: "201, the statement was added". */
  readonly seen: string;
  /** The columns in which this counterexample violates the rule, if another one violates it in the other column. */
  readonly columns?: readonly ReportColumn[];
  /** The kind of input, if it is none that the file of known deviations records. */
  readonly kind?: string;
  /** How often reruns reproduced it, for people. */
  readonly reproduced?: string;
  /** The same as numbers. Absent without reruns. */
  readonly reruns?: { readonly shown: ReportCount; readonly tried: ReportCount };
  /** Partition, region and account of its functions. ARNs in its requests agree unless they name others on purpose. */
  readonly home?: {
    readonly partition: string;
    readonly region: string;
    readonly account: string;
  };
  readonly steps: readonly ReportStep[];
  /** For a target in a program: JavaScript that constructs the requests, in place of curl, which is empty. */
  readonly request?: string;
  /** One line for bash; credentials only as shell variables. */
  readonly curl: string;
  /** The same without setup, to run after the lines of `shell`. */
  readonly play?: string;
  /** The command that resends it. */
  readonly replay: string;
  /** The target was gone after it, or had lost its functions. Absent for any other violation. */
  readonly ends?: true;
};

/** One exchange of a counterexample. Secrets are redacted. */
export type ReportStep = {
  readonly request: ReportRequest;
  readonly response: null | ReportResponse;
  /** Why there is no response, for people. */
  readonly silence?: string;
  /** The same as a code. */
  readonly silenceCode?: ReportSilenceCode;
  /** Milliseconds since the start of the run. */
  readonly sentAt?: number;
  readonly answeredAt?: number;
};

export type ReportRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: ReportHeaders;
  readonly body: string | null;
  /** base64 when body is not text. */
  readonly encoding?: "base64";
  readonly raw?: ReportRaw;
  /** Steps with equal names used one connection while the target kept it open. */
  readonly connection?: string;
  /** Key of this step. */
  readonly key?: string;
  /** Key of the step whose RevisionId it carried. */
  readonly revisionFrom?: string;
  /** Key of the PublishVersion whose version it named. */
  readonly versionFrom?: string;
  readonly operation?: string;
  /** Steps of equal round were in flight together. */
  readonly round?: ReportCount;
};

/** For a request that only a raw socket can send: its exact header lines, and the bytes after them in pieces, base64. */
export type ReportRaw = {
  readonly lines: readonly string[];
  readonly pieces: readonly string[];
  readonly halfClose?: boolean;
  /** A server may cut it off without an answer. */
  readonly invalid?: true;
};

export type ReportResponse = {
  readonly status: number;
  /** The error's name as restJson1 clients read it; null for a success or an unreadable name. */
  readonly error: string | null;
  readonly headers: ReportHeaders;
  readonly body: string;
};

/** What the target does where the document is silent or contradicts itself. It never fails a run. */
export type ReportQuestion = {
  readonly id: string;
  readonly title: string;
  /** The behaviour seen, most frequent first; "not asked" when no request probed it. */
  readonly answer: string;
  readonly observations: ReportCount;
  readonly source?: string;
};

/** A run that goes on with new seeds until its time is up. */
export type ReportCampaign = {
  /** The time that it was given. */
  readonly minutes: ReportCount;
  /** Why it ended. time: its time was up. nothing-new: no new behaviour had come for long. budget: the rest of the requests is for confirming. bail: enough causes were confirmed. stopped: a signal, the target or an error ended the run. Later releases may add codes. */
  readonly end: "time" | "nothing-new" | "budget" | "bail" | "stopped";
  /** The seeds that were sent after the usual test cases. */
  readonly rounds: ReportCount;
  /** The first and the last of them; a run with --seed sends the random test cases of one again. */
  readonly seeds?: { readonly first: number; readonly last: number };
  /** The requests of the rounds. */
  readonly requests: ReportCount;
  /** The histories that were made from those that showed something new. */
  readonly mutated: ReportCount;
  /** Behaviours: an answer, what the request tests, and the violated rules. known: all that were seen. new: those that random test cases alone showed, and that the corpus did not have. kinds: the new ones by kind. */
  readonly behaviours: {
    readonly known: ReportCount;
    readonly new: ReportCount;
    readonly kinds: { readonly [key: string]: ReportCount };
  };
  /** The violated rules, each with the test case that showed it first and the number of requests until then. The names of test cases of a round end with its seed. */
  readonly found: readonly {
    readonly rule: string;
    readonly testCase: string;
    readonly requests: ReportCount;
  }[];
  /** The folder of the smallest test case of each behaviour, the number of its test cases before and after the run, and the files that were left alone. Absent without --corpus. */
  readonly corpus?: {
    readonly folder: string;
    readonly before: ReportCount;
    readonly after: ReportCount;
    readonly unreadable: readonly { readonly file: string; readonly why: string }[];
  };
};

/** What the run exercised. */
export type ReportCoverage = {
  readonly histories: {
    readonly planned: ReportCount;
    /** Histories that were executed completely. */
    readonly played: ReportCount;
    /** Histories that needed an empty function but started on one that could not be reset or replaced. */
    readonly notEmptied?: ReportCount;
  };
  /** Members in the document's order, then constraints, then inputs. */
  readonly cells: readonly ReportCell[];
};

/** The kind of a value with regard to one constraint. */
export type ReportInput = "valid" | "too-short" | "too-long" | "near-miss" | "wrong-type" | "missing" | "null";

/** One kind of input for one constraint, and the answers to requests without any other fault. */
export type ReportCell = {
  readonly member: string;
  readonly constraint: "required" | "optional" | "type" | "minLength" | "maxLength" | "pattern";
  readonly input: ReportInput;
  /** False when the document is silent or contradicts itself; then a success and any 4xx answer are correct. */
  readonly decided: boolean;
  readonly accepted: ReportCount;
  /** Refused with an error that the document gives for this input. */
  readonly refused: ReportCount;
  /** Refused otherwise: a valid value, or a fault with another error name. */
  readonly refusedOther: ReportCount;
  /** No answer, throttled, or unavailable. */
  readonly unsettled: ReportCount;
  /** Why no request can test this input. */
  readonly unreachable?: string;
};

/** A problem of the suite or the connection. */
export type ReportProblem = {
  readonly code: ReportProblemCode;
  readonly message: string;
  /** The rule that was evaluated when it happened. */
  readonly rule?: string;
  /** With stopped: what ended the run. interrupted: a signal, or the program that made the run. budget: all requests of the budget but those for confirming are sent. gone: the target stopped answering. busy: it turns every request away. bail: enough causes are confirmed. failed: a part of the run failed. */
  readonly stopped?: "interrupted" | "budget" | "gone" | "busy" | "bail" | "failed";
  /** The test case that was executed when it happened. */
  readonly case?: string;
  /** Name, message and frames of the error and its causes, without folders of the machine. */
  readonly stack?: readonly string[];
};

/** Waits of one kind: for another operation in progress, for something that was just created, or for a new connection. */
export type ReportWait = {
  readonly cause: "in-progress" | "not-visible" | "connection-closed";
  readonly times: ReportCount;
  readonly ms: number;
};

/** Latency of answers to AddPermission. */
export type ReportLatency = {
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The slowest outliers: more than ten times the median and over 100 ms. */
  readonly outliers: readonly { readonly case: string; readonly ms: number }[];
};

/** Where two targets answer the same requests differently. Readers must accept unknown members: later releases add some and change none. */
export type Diff = {
  readonly schema: "addpermission-conformance/diff@1";
  readonly tool: { readonly name: string; readonly version: string };
  readonly seed: number;
  /** UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The two targets, in the order in which they were named. */
  readonly targets: { readonly x: DiffTarget; readonly y: DiffTarget };
  /** Histories that were planned, and that both targets received. */
  readonly histories: { readonly planned: DiffCount; readonly played: DiffCount };
  /** Pairs of answers that were compared. */
  readonly compared: DiffCount;
  /** True when the run ended before it sent all planned requests; faults explains why. */
  readonly incomplete: boolean;
  readonly differences: readonly DiffDifference[];
  /** The differences by cause, the gravest first: the document decides them alike, and both targets answer alike. */
  readonly causes: readonly DiffCause[];
  /** Differences that reruns did not reproduce, one sentence each. */
  readonly unsteady: readonly string[];
  /** Problems of the suite or the connection, one sentence each. */
  readonly faults: readonly string[];
};

export type DiffCount = number;

/** One of the two targets. */
export type DiffTarget = {
  readonly name: string;
  readonly endpoint: string;
  /** All requests, including set-up and tear-down. */
  readonly requests: DiffCount;
  /** endpoint: it listened at the endpoint. builtin: it was started by its name and ended. */
  readonly kind?: "endpoint" | "builtin";
  /** The region of the requests. */
  readonly region?: string;
  /** True if each request was signed with the keys of the environment. */
  readonly signed?: boolean;
};

/** Differences that have one cause. */
export type DiffCause = {
  /** As in the causes of report.json where the document decides; otherwise the topic, or refusals. */
  readonly id: string;
  readonly title: string;
  /** What each target answers. */
  readonly x: string;
  readonly y: string;
  /** Their places in differences, counted from 0; the smallest history first. */
  readonly differences: readonly DiffCount[];
  /** Pairs of answers that differed in these ways. */
  readonly seen: DiffCount;
};

/** One way in which the answers differ, with the smallest history that shows it. */
export type DiffDifference = {
  /** Id of the rule or unspecified behaviour that the request tests, or the operation. */
  readonly topic: string;
  /** The title of the topic. */
  readonly title: string;
  /** What each target answers: "201", "400 ValidationException". */
  readonly x: string;
  readonly y: string;
  /** The member that differs between two successes; absent when the complete answers differ. */
  readonly where?: string;
  /** Pairs of answers that differed in this way. */
  readonly seen: DiffCount;
  readonly ruling: DiffRuling;
  /** The ruling of the recorded behaviour of the live service, when it differs. */
  readonly live?: DiffRuling;
  /** How often reruns reproduced it, such as "3 of 3". */
  readonly reproduced: string;
  readonly steps: readonly DiffStep[];
  /** One line for bash for each target; credentials only as shell variables. */
  readonly curl: { readonly x: string; readonly y: string };
  /** The command that sends it to both targets again. */
  readonly replay: string;
  readonly history: DiffHistory;
};

/** The requests of steps as replay sends them. */
export type DiffHistory = {
  /** Where the functions were that the requests name. */
  readonly home: {
    readonly partition: string;
    readonly region: string;
    readonly account: string;
  };
  readonly batches: readonly (readonly DiffSent[])[];
};

/** One step; a slot stands for the RevisionId or the version that an earlier answer gives. */
export type DiffSent = {
  readonly key: string;
  readonly call: {
    readonly operation: "AddPermission" | "RemovePermission" | "GetPolicy" | "CreateFunction" | "GetFunction" | "DeleteFunction" | "PublishVersion" | "CreateAlias" | "GetAlias" | "UpdateAlias" | "DeleteAlias";
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string | null;
    readonly encoding?: "base64";
    readonly connection?: string;
    readonly raw?: {
      readonly lines: readonly string[];
      readonly pieces: readonly string[];
      readonly halfClose?: boolean;
      readonly invalid?: true;
    };
  };
  /** Key of that step. */
  readonly revisionFrom?: string;
  /** Key of that step. */
  readonly versionFrom?: string;
};

/** The id and title of a rule or an unspecified behaviour. */
export type DiffNamed = { readonly id: string; readonly title: string };

/** rule: the document decides it. admitted: it allows both. question: it is a catalogued unspecified behaviour. silent: the catalogue does not cover it. */
export type DiffRuling = {
  readonly kind: "rule";
  readonly rules: readonly DiffNamed[];
  readonly follows: "x" | "y" | "neither";
} | { readonly kind: "admitted"; readonly rules: readonly DiffNamed[] } | { readonly kind: "question"; readonly questions: readonly DiffNamed[] } | { readonly kind: "silent" };

/** One request. Braces mark names that differ between the targets. */
export type DiffStep = {
  readonly request: {
    readonly operation: string;
    readonly method: string;
    readonly path: string;
    readonly headers: { readonly [key: string]: string };
    readonly body: string | null;
    readonly encoding?: "base64";
  };
  readonly x: DiffAnswer;
  readonly y: DiffAnswer;
  readonly differs: boolean;
};

/** An answer, or why there is none. */
export type DiffAnswer = {
  /** null without an answer. */
  readonly status: number | null;
  readonly error: string | null;
  /** The reason, without an answer. */
  readonly body: string;
};

/** Deviations that a regression gate tolerates. Every listed rule is still tested and must still deviate as recorded. */
export type Known = {
  /** The version of this format. */
  readonly version: 1;
  /** One entry for each rule, or for each cause of several violated rules. */
  readonly deviations: readonly KnownEntry[] | null;
};

export type KnownDay = string;

export type KnownFilled = string;

export type KnownKinds = readonly string[] | string | null;

/** What violates the rule: the answer, alone or with the kinds of input that get it. `accepted` is any success. `sometimes` marks a deviation that need not show in every run. `not judged` records that no answer decides the rule. */
export type KnownSeen = string | { readonly [key: string]: KnownKinds };

export type KnownEntry = {
  /** A rule's id, as the `rules` command lists it. */
  readonly rule?: KnownFilled;
  /** A cause's id, as the report shows it, in place of a rule. Without `rules` it excuses every rule that the cause explains. */
  readonly cause?: KnownFilled;
  /** Why it is tolerated; reports show it. Empty after --update-known: fill it in. */
  readonly because: string;
  /** The address of the issue. */
  readonly link?: string;
  /** The day on which it was recorded. */
  readonly date: KnownDay;
  /** From this day on, the entry excuses nothing. */
  readonly expires?: KnownDay;
  readonly seen?: KnownSeen;
  /** With cause: the rules that it violates, and what was seen of each. */
  readonly rules?: { readonly [key: string]: KnownSeen };
};

/** A recording is a file of such lines: a header, then the events fixture-ready, fixture-reset, batch and case-finished, then a footer. Readers must accept unknown members. */
export type RecordingLine = {
  readonly type: "header";
  readonly schema: "addpermission-conformance/recording@2";
  readonly tool: { readonly name: string; readonly version: string };
} | {
  readonly type: "fixture-ready";
  readonly worker: RecordingLineWorker;
  readonly fixture: RecordingLineFixture;
  /** The fixture is new, so its policies are empty. */
  readonly empty: boolean;
} | {
  readonly type: "fixture-reset";
  readonly worker: RecordingLineWorker;
  /** A read showed that every policy is empty. */
  readonly empty: boolean;
} | {
  readonly type: "batch";
  readonly worker: RecordingLineWorker;
  /** The id of the test case or the rerun; empty for other batches. */
  readonly case: string;
  readonly purpose: "execute" | "confirm" | "arrange";
  readonly exchanges: readonly RecordingLineExchange[];
} | {
  readonly type: "case-finished";
  readonly worker: RecordingLineWorker;
  readonly case: RecordingLineCase;
  /** Its place in the plan. */
  readonly place: number;
  /** When it was executed. Absent for an ordinary test case, and in older recordings. */
  readonly phase?: "odd" | "lasting" | "ending";
  readonly end: "complete" | "cut";
  /** The target ended meanwhile, so that nothing of it counts, and the test case is executed again. */
  readonly lost?: true;
  /** The fixture at the start: with empty policies, as earlier cases left it, or one that could be neither reset nor replaced. */
  readonly began: "empty" | "used" | "not-emptied";
} | { readonly type: "footer"; readonly report: Report };

export type RecordingLineWorker = number;

export type RecordingLineCase = {
  readonly id: string;
  /** It needs an empty fixture. */
  readonly clean: boolean;
  /** The rule that each of its requests breaks, if it is left out where every request before it violated that rule. */
  readonly breaks?: string;
};

/** A header line as sent or received: name, value. */
export type RecordingLineHeader = readonly [string, string];

/** One HTTP request, as it went to the wire; secrets are redacted. */
export type RecordingLineCall = {
  readonly operation: "AddPermission" | "RemovePermission" | "GetPolicy" | "CreateFunction" | "GetFunction" | "DeleteFunction" | "PublishVersion" | "CreateAlias" | "GetAlias" | "UpdateAlias" | "DeleteAlias";
  readonly method: string;
  readonly target: string;
  readonly headers: readonly RecordingLineHeader[];
  readonly body: string | null;
  readonly encoding?: "base64";
  readonly raw?: ReportRaw;
  readonly connection?: string;
};

/** The answer, or why there is none. */
export type RecordingLineAnswer = {
  readonly kind: "response";
  readonly status: number;
  readonly headers: readonly RecordingLineHeader[];
  readonly body: string;
  readonly sentAt: number;
  readonly answeredAt: number;
} | {
  readonly kind: "none";
  readonly reason: ReportSilenceCode;
  readonly detail: string;
  readonly sentAt: number;
  readonly answeredAt: number;
};

export type RecordingLineStep = {
  readonly key: string;
  readonly call: RecordingLineCall;
  readonly revisionFrom?: string;
  readonly versionFrom?: string;
};

/** The step of the history, the request that was sent for it, and its answer. */
export type RecordingLineExchange = {
  readonly step: RecordingLineStep;
  readonly call: RecordingLineCall;
  readonly answer: RecordingLineAnswer;
};

export type RecordingLineAliases = {
  readonly live: string;
  readonly arn140?: string;
  readonly arn141?: string;
  readonly longest?: string;
};

export type RecordingLineFunction = {
  readonly name: string;
  readonly arn: string;
  readonly versions: readonly string[];
  readonly aliases: null | RecordingLineAliases;
  /** What an existing function has besides, and the run does not use. versions is null if not all are known. */
  readonly unused?: {
    readonly versions: null | readonly string[];
    readonly aliases: readonly string[];
  };
};

export type RecordingLineRecipe = { readonly role: string; readonly runtime: string; readonly zip: string };

/** The fixture of a worker. */
export type RecordingLineFixture = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly main: RecordingLineFunction;
  readonly other: null | RecordingLineFunction;
  readonly unknownName: string;
  readonly recipe: null | RecordingLineRecipe;
};
