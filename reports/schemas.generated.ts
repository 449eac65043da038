// Generated from reports/*.schema.json by `npm run generate`. Do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * addpermission-conformance report, version 1
         * @description The result of one run. Readers must accept unknown members and codes: later releases add some and change none.
         */
        readonly Report: {
            /** @constant */
            readonly schema: "addpermission-conformance/report@1";
            readonly tool: {
                readonly name: string;
                readonly version: string;
            };
            readonly target: {
                readonly name: string;
                readonly endpoint: string;
                /**
                 * @description How the run got the target. endpoint: it listened at the endpoint. builtin: the run started it by its name and ended it. in-process: it was a part of the program that called the library.
                 * @enum {unknown}
                 */
                readonly kind?: "endpoint" | "builtin" | "in-process";
                /** @description The region of the requests. */
                readonly region?: string;
                /** @description True if each request was signed with the keys of the user. */
                readonly signed?: boolean;
                /** @description The existing function that the run used, and the version and the alias that it chose. Their policies were emptied and restored. Absent if the run created its functions. */
                readonly uses?: {
                    readonly function: string;
                    readonly version?: string;
                    readonly alias?: string;
                };
                /** @description Reasons for the capabilities that the target does not support, declared or detected. */
                readonly cannot: readonly string[];
                /** @description The same with the capability that each reason is about. A reason may be given for several. */
                readonly unsupported?: readonly {
                    readonly needs: components["schemas"]["ReportCapability"];
                    readonly reason: string;
                }[];
            };
            readonly profile: components["schemas"]["ReportColumn"];
            /** @description The part of a run that this report is about, if it is one of several. The merge subcommand joins them. */
            readonly shard?: {
                readonly index: number;
                readonly of: number;
                /** @description The test cases of this part. */
                readonly cases: components["schemas"]["ReportCount"];
                /** @description The test cases of all parts. */
                readonly planned: components["schemas"]["ReportCount"];
                /** @description A digest of the ids of all planned test cases; equal in all parts of one run. */
                readonly plan: string;
            };
            /** @description The number of parts that this report joins. Absent in the report of one run. */
            readonly shards?: components["schemas"]["ReportCount"];
            /** @description The selection of the user: the number of judged rules, and the suites that sent requests. Absent without a selection. */
            readonly only?: {
                readonly rules?: components["schemas"]["ReportCount"];
                /** @description The report whose violated rules these are, if --last-failed selected them. */
                readonly violatedIn?: string;
                /** @description The number of test cases that bear on the selected rules, if only these were sent. */
                readonly testCases?: components["schemas"]["ReportCount"];
                readonly suites?: readonly string[];
            };
            readonly seed: number;
            /**
             * Format: date-time
             * @description ISO 8601, UTC.
             */
            readonly startedAt: string;
            readonly durationMs: number;
            /** @description All requests, including set-up and tear-down. */
            readonly requests: components["schemas"]["ReportCount"];
            /** @description True when the run ended before it sent all planned requests; faults explains why. */
            readonly incomplete: boolean;
            readonly summary: {
                readonly document: components["schemas"]["ReportTally"];
                readonly aws: components["schemas"]["ReportTally"];
            };
            readonly rules: readonly components["schemas"]["ReportRule"][];
            /** @description The violated rules by what they have in common, the gravest cause first. Each violated rule is in exactly one cause. Absent without a violation. */
            readonly causes?: readonly components["schemas"]["ReportCause"][];
            readonly questions: readonly components["schemas"]["ReportQuestion"][];
            /** @description Problems of the suite or the connection, one sentence each. */
            readonly faults: readonly string[];
            /** @description The same as faults, in the same order, with codes. Absent in reports of earlier versions. */
            readonly problems?: readonly components["schemas"]["ReportProblem"][];
            /** @description Kinds of requests that were no longer sent, because too many of them got no answer within the deadline, because they ended the target, or repetitions of what takes seconds, or more of what violated a rule each time. Absent if there are none. */
            readonly leftOut?: readonly {
                /** @description The operation, and for AddPermission what the document says of the request. */
                readonly kind: string;
                /** @description The rule that every request of this kind violated, so that more of them show nothing new. */
                readonly violates?: string;
                /** @description Deadlines that requests of this kind missed one after the other; 0 for what was left out for another reason. */
                readonly unanswered: components["schemas"]["ReportCount"];
                /** @description Requests or test cases that were not sent. */
                readonly left: components["schemas"]["ReportCount"];
                /** @description How often the target was gone after a request of this kind. Absent if it was not. */
                readonly ended?: components["schemas"]["ReportCount"];
                /** @description The request after which the target was gone: method, path and body. Absent if it was not. */
                readonly example?: string;
            }[];
            /** @description Latency of answers to AddPermission in milliseconds, and the slowest calls. */
            readonly latency?: components["schemas"]["ReportLatency"];
            /** @description How often the run sent a call again after an answer that passes by itself, and how long it waited in all. */
            readonly waits?: readonly components["schemas"]["ReportWait"][];
            /** @description The run compared with the file of known deviations. Absent without such a file. */
            readonly gate?: components["schemas"]["ReportGate"];
            /** @description Setup lines for bash or zsh. Run them once before the `play` of any counterexample. */
            readonly shell?: readonly string[];
            /** @description What the run exercised. */
            readonly coverage?: components["schemas"]["ReportCoverage"];
            /** @description What the run did after its usual test cases. Absent without --minutes. */
            readonly campaign?: components["schemas"]["ReportCampaign"];
        };
        /**
         * @description The two readings of one run: the page literally, and the page corrected by recordings of the live service.
         * @enum {unknown}
         */
        readonly ReportColumn: "document" | "aws";
        readonly ReportCount: number;
        /**
         * @description A capability of a target that a rule may need.
         * @enum {unknown}
         */
        readonly ReportCapability: "state" | "policy" | "other" | "versions" | "aliases" | "remove" | "revisions" | "policy-revisions" | "limit" | "echo" | "meaning" | "faults" | "routes" | "alias-lengths" | "full-arn" | "version-list" | "publish" | "describe" | "discard";
        /**
         * @description The basis of a rule: only stated and implied rules can turn the document column red.
         * @enum {unknown}
         */
        readonly ReportBasis: "stated" | "implied" | "observed" | "open";
        /**
         * @description Why the rule is inconclusive or unexercised. unsupported: the target does not support what the rule needs (excusedBy). explained: the violation of another rule explains every candidate (explainedBy). not-exercised: no request exercised the rule. not-judged: the run ended before any answer was judged. unsettled: the answers do not decide the rule. not-confirmed: reruns did not reproduce the candidate. not-rerun: the run could send no more requests to confirm the candidate. no-fixture: no new function could be created to confirm the candidate on. not-kept: there were more kinds of candidates than a run stores, and no history of an unexplained one was stored. not-rerun-yet: the run is still in progress.
         * @enum {unknown}
         */
        readonly ReportReasonCode: "unsupported" | "explained" | "not-exercised" | "not-judged" | "unsettled" | "not-confirmed" | "not-rerun" | "no-fixture" | "not-kept" | "not-rerun-yet";
        /**
         * @description Why there is no response.
         * @enum {unknown}
         */
        readonly ReportSilenceCode: "timeout" | "refused" | "reset" | "protocol" | "too-large" | "tls" | "unresolved" | "aborted";
        /**
         * @description internal: an error of the suite itself. not-begun: the run could not start. ended-early: it could not continue. stopped: a budget, a signal or an unreachable target ended it. going-on: it was in progress when this was written. ended: a request ended the target, and the rule that it violates was left out. fixtures-lost: the target lost functions that were not deleted. left-behind: a created resource or a changed policy remains. not-recorded: the recording could not be written. unknown: from an earlier version.
         * @enum {unknown}
         */
        readonly ReportProblemCode: "internal" | "not-begun" | "ended-early" | "stopped" | "going-on" | "ended" | "fixtures-lost" | "left-behind" | "not-recorded" | "unknown";
        /**
         * @description Strongest first: violated > inconclusive > holds > unexercised.
         * @enum {unknown}
         */
        readonly ReportOutcome: "violated" | "inconclusive" | "holds" | "unexercised";
        readonly ReportHeaders: {
            readonly [key: string]: string;
        };
        /** @description Number of rules of this column by outcome; a known violation counts as known only. Observed rules do not count in the document column. */
        readonly ReportTally: {
            readonly holds: components["schemas"]["ReportCount"];
            readonly violated: components["schemas"]["ReportCount"];
            readonly known: components["schemas"]["ReportCount"];
            readonly inconclusive: components["schemas"]["ReportCount"];
            readonly unexercised: components["schemas"]["ReportCount"];
        };
        /** @description The verdict on one rule. */
        readonly ReportRule: {
            readonly id: string;
            readonly title: string;
            readonly basis: components["schemas"]["ReportBasis"];
            /** @description Section and member of the document, in words of this project. */
            readonly source: string;
            /** @description In a column without this rule (see columns) the verdict is unexercised, and it counts neither in the summary nor in the exit code. */
            readonly verdicts: {
                readonly document: components["schemas"]["ReportOutcome"];
                readonly aws: components["schemas"]["ReportOutcome"];
            };
            /** @description The only columns that have this rule. Absent: both have it. */
            readonly columns?: readonly components["schemas"]["ReportColumn"][];
            /** @description True when the file of known deviations lists the rule and it is as recorded: violated in the same way, or not judged. */
            readonly known: boolean;
            /** @description Of a known deviation: why it is tolerated, as the file says. Absent where the file says nothing. */
            readonly because?: string;
            /** @description Of a known deviation: the address of the issue. */
            readonly link?: string;
            /** @description Of a violated rule in the deciding column: the answers that violate it, and the kinds of input that get each; only kinds that are sent at every seed. A rule about any refusal has answers without kinds. Absent where no such request violated it. */
            readonly kinds?: components["schemas"]["ReportKinds"];
            /** @description True if every kind of input that this rule judged got the one answer in kinds. */
            readonly allKinds?: boolean;
            /** @description Exchanges that this rule judged. */
            readonly observations: components["schemas"]["ReportCount"];
            /** @description Checks that the plan expects, including histories that were not sent, and checks with a verdict. Only the first 1000 histories that were not sent are counted; with more, expected is a lower bound. */
            readonly checks?: {
                readonly expected: components["schemas"]["ReportCount"];
                readonly executed: components["schemas"]["ReportCount"];
            };
            /** @description Why the rule is inconclusive or unexercised, as a sentence for people. Programs use reasonCode. */
            readonly reason?: string;
            /** @description The same as a code. */
            readonly reasonCode?: components["schemas"]["ReportReasonCode"];
            /** @description What a user can do about it, as a sentence for people. */
            readonly advice?: string;
            /** @description With unsupported: the unsupported capability. */
            readonly excusedBy?: components["schemas"]["ReportCapability"];
            /** @description With explained: id of the rule whose violation explains this one. */
            readonly explainedBy?: string;
            readonly counterexample?: components["schemas"]["ReportCounterexample"];
            /** @description The exchanges of a violation that was seen and could not be tried again. With answer.arrives, they may be requests of which one ended the target, most suspicious first. */
            readonly unconfirmed?: components["schemas"]["ReportCounterexample"];
        };
        /** @description Kinds of input by answer: "accepted", or status and error name. */
        readonly ReportKinds: {
            readonly [key: string]: readonly string[];
        };
        /** @description What the file of known deviations says of this run. With failures the exit code is 1. */
        readonly ReportGate: {
            /** @description The file, as it was named. */
            readonly file: string;
            /** @description Entries that fail the run. */
            readonly failures: readonly components["schemas"]["ReportGateEntry"][];
            /** @description Entries that the run only partly confirms. */
            readonly notes: readonly components["schemas"]["ReportGateEntry"][];
        };
        /** @description What a run says of one entry. */
        readonly ReportGateEntry: {
            readonly code: components["schemas"]["ReportGateCode"];
            /** @description The rule or the cause that the entry names. */
            readonly entry: string;
            /** @description The rule that it is about; absent if it is about the whole entry. */
            readonly rule?: string;
            /** @description The line of the entry in the file. */
            readonly line?: components["schemas"]["ReportCount"];
            /** @description With wider and better: the kinds of input in question. */
            readonly kinds?: components["schemas"]["ReportKinds"];
            /** @description With changed: the recorded answer. */
            readonly was?: string;
            /** @description With changed: the answer of this run. */
            readonly is?: string;
            /** @description The same as a phrase for people. */
            readonly message: string;
        };
        /**
         * @description stale: no longer deviates. changed: another answer than recorded. wider: more kinds of input than recorded. expired: the entry is no longer valid. better: fewer kinds of input, or fewer rules. unseen: this run cannot check the entry.
         * @enum {unknown}
         */
        readonly ReportGateCode: "stale" | "changed" | "wider" | "expired" | "better" | "unseen";
        /** @description What violated rules have in common: the same demand, and the same wrong answer or effect. */
        readonly ReportCause: {
            /** @description Stable across runs, seeds and versions of the target. */
            readonly id: string;
            /** @description The claim that is violated, as a sentence. */
            readonly title: string;
            /**
             * @description What it means for a user of the target, gravest first: no answer, a wrong state, a wrong acceptance, a wrong refusal, a wrong error, a wrong shape of a success.
             * @enum {unknown}
             */
            readonly gravity: "no-answer" | "state" | "acceptance" | "refusal" | "error" | "shape";
            /** @description Ids of the violated rules, in the order of the report. */
            readonly rules: readonly string[];
            /** @description Requests of the test cases that violated one of these rules, without reruns. */
            readonly requests: components["schemas"]["ReportCount"];
            /** @description Id of the rule that the counterexample violates. */
            readonly rule: string;
            /** @description The shortest counterexample of these rules, on the plainest request. */
            readonly counterexample: components["schemas"]["ReportCounterexample"];
        };
        /** @description The smallest history found that breaks a rule. */
        readonly ReportCounterexample: {
            /** @description What the rule demands, as a phrase: "400 InvalidParameterValueException". */
            readonly expected: string;
            /** @description The answer, as a phrase: "201, the statement was added". */
            readonly seen: string;
            /** @description The columns in which this counterexample violates the rule, if another one violates it in the other column. */
            readonly columns?: readonly components["schemas"]["ReportColumn"][];
            /** @description The kind of input, if it is none that the file of known deviations records. */
            readonly kind?: string;
            /** @description How often reruns reproduced it, for people. */
            readonly reproduced?: string;
            /** @description The same as numbers. Absent without reruns. */
            readonly reruns?: {
                readonly shown: components["schemas"]["ReportCount"];
                readonly tried: components["schemas"]["ReportCount"];
            };
            /** @description Partition, region and account of its functions. ARNs in its requests agree unless they name others on purpose. */
            readonly home?: {
                readonly partition: string;
                readonly region: string;
                readonly account: string;
            };
            readonly steps: readonly components["schemas"]["ReportStep"][];
            /** @description For a target in a program: JavaScript that constructs the requests, in place of curl, which is empty. */
            readonly request?: string;
            /** @description One line for bash; credentials only as shell variables. */
            readonly curl: string;
            /** @description The same without setup, to run after the lines of `shell`. */
            readonly play?: string;
            /** @description The command that resends it. */
            readonly replay: string;
            /**
             * @description The target was gone after it, or had lost its functions. Absent for any other violation.
             * @constant
             */
            readonly ends?: true;
        };
        /** @description One exchange of a counterexample. Secrets are redacted. */
        readonly ReportStep: {
            readonly request: components["schemas"]["ReportRequest"];
            readonly response: null | components["schemas"]["ReportResponse"];
            /** @description Why there is no response, for people. */
            readonly silence?: string;
            /** @description The same as a code. */
            readonly silenceCode?: components["schemas"]["ReportSilenceCode"];
            /** @description Milliseconds since the start of the run. */
            readonly sentAt?: number;
            readonly answeredAt?: number;
        };
        readonly ReportRequest: {
            readonly method: string;
            readonly path: string;
            readonly headers: components["schemas"]["ReportHeaders"];
            readonly body: string | null;
            /**
             * @description base64 when body is not text.
             * @constant
             */
            readonly encoding?: "base64";
            readonly raw?: components["schemas"]["ReportRaw"];
            /** @description Steps with equal names used one connection while the target kept it open. */
            readonly connection?: string;
            /** @description Key of this step. */
            readonly key?: string;
            /** @description Key of the step whose RevisionId it carried. */
            readonly revisionFrom?: string;
            /** @description Key of the PublishVersion whose version it named. */
            readonly versionFrom?: string;
            readonly operation?: string;
            /** @description Steps of equal round were in flight together. */
            readonly round?: components["schemas"]["ReportCount"];
        };
        /** @description For a request that only a raw socket can send: its exact header lines, and the bytes after them in pieces, base64. */
        readonly ReportRaw: {
            readonly lines: readonly string[];
            readonly pieces: readonly string[];
            readonly halfClose?: boolean;
            /**
             * @description A server may cut it off without an answer.
             * @constant
             */
            readonly invalid?: true;
        };
        readonly ReportResponse: {
            readonly status: number;
            /** @description The error's name as restJson1 clients read it; null for a success or an unreadable name. */
            readonly error: string | null;
            readonly headers: components["schemas"]["ReportHeaders"];
            readonly body: string;
        };
        /** @description What the target does where the document is silent or contradicts itself. It never fails a run. */
        readonly ReportQuestion: {
            readonly id: string;
            readonly title: string;
            /** @description The behaviour seen, most frequent first; "not asked" when no request probed it. */
            readonly answer: string;
            readonly observations: components["schemas"]["ReportCount"];
            readonly source?: string;
        };
        /** @description A run that goes on with new seeds until its time is up. */
        readonly ReportCampaign: {
            /** @description The time that it was given. */
            readonly minutes: components["schemas"]["ReportCount"];
            /**
             * @description Why it ended. time: its time was up. nothing-new: no new behaviour had come for long. budget: the rest of the requests is for confirming. bail: enough causes were confirmed. stopped: a signal, the target or an error ended the run. Later releases may add codes.
             * @enum {unknown}
             */
            readonly end: "time" | "nothing-new" | "budget" | "bail" | "stopped";
            /** @description The seeds that were sent after the usual test cases. */
            readonly rounds: components["schemas"]["ReportCount"];
            /** @description The first and the last of them; a run with --seed sends the random test cases of one again. */
            readonly seeds?: {
                readonly first: number;
                readonly last: number;
            };
            /** @description The requests of the rounds. */
            readonly requests: components["schemas"]["ReportCount"];
            /** @description The histories that were made from those that showed something new. */
            readonly mutated: components["schemas"]["ReportCount"];
            /** @description Behaviours: an answer, what the request tests, and the violated rules. known: all that were seen. new: those that random test cases alone showed, and that the corpus did not have. kinds: the new ones by kind. */
            readonly behaviours: {
                readonly known: components["schemas"]["ReportCount"];
                readonly new: components["schemas"]["ReportCount"];
                readonly kinds: {
                    readonly [key: string]: components["schemas"]["ReportCount"];
                };
            };
            /** @description The violated rules, each with the test case that showed it first and the number of requests until then. The names of test cases of a round end with its seed. */
            readonly found: readonly {
                readonly rule: string;
                readonly testCase: string;
                readonly requests: components["schemas"]["ReportCount"];
            }[];
            /** @description The folder of the smallest test case of each behaviour, the number of its test cases before and after the run, and the files that were left alone. Absent without --corpus. */
            readonly corpus?: {
                readonly folder: string;
                readonly before: components["schemas"]["ReportCount"];
                readonly after: components["schemas"]["ReportCount"];
                readonly unreadable: readonly {
                    readonly file: string;
                    readonly why: string;
                }[];
            };
        };
        /** @description What the run exercised. */
        readonly ReportCoverage: {
            readonly histories: {
                readonly planned: components["schemas"]["ReportCount"];
                /** @description Histories that were executed completely. */
                readonly played: components["schemas"]["ReportCount"];
                /** @description Histories that needed an empty function but started on one that could not be reset or replaced. */
                readonly notEmptied?: components["schemas"]["ReportCount"];
            };
            /** @description Members in the document's order, then constraints, then inputs. */
            readonly cells: readonly components["schemas"]["ReportCell"][];
        };
        /**
         * @description The kind of a value with regard to one constraint.
         * @enum {unknown}
         */
        readonly ReportInput: "valid" | "too-short" | "too-long" | "near-miss" | "wrong-type" | "missing" | "null";
        /** @description One kind of input for one constraint, and the answers to requests without any other fault. */
        readonly ReportCell: {
            readonly member: string;
            /** @enum {unknown} */
            readonly constraint: "required" | "optional" | "type" | "minLength" | "maxLength" | "pattern";
            readonly input: components["schemas"]["ReportInput"];
            /** @description False when the document is silent or contradicts itself; then a success and any 4xx answer are correct. */
            readonly decided: boolean;
            readonly accepted: components["schemas"]["ReportCount"];
            /** @description Refused with an error that the document gives for this input. */
            readonly refused: components["schemas"]["ReportCount"];
            /** @description Refused otherwise: a valid value, or a fault with another error name. */
            readonly refusedOther: components["schemas"]["ReportCount"];
            /** @description No answer, throttled, or unavailable. */
            readonly unsettled: components["schemas"]["ReportCount"];
            /** @description Why no request can test this input. */
            readonly unreachable?: string;
        };
        /** @description A problem of the suite or the connection. */
        readonly ReportProblem: {
            readonly code: components["schemas"]["ReportProblemCode"];
            readonly message: string;
            /** @description The rule that was evaluated when it happened. */
            readonly rule?: string;
            /**
             * @description With stopped: what ended the run. interrupted: a signal, or the program that made the run. budget: all requests of the budget but those for confirming are sent. gone: the target stopped answering. busy: it turns every request away. bail: enough causes are confirmed. failed: a part of the run failed.
             * @enum {string}
             */
            readonly stopped?: "interrupted" | "budget" | "gone" | "busy" | "bail" | "failed";
            /** @description The test case that was executed when it happened. */
            readonly case?: string;
            /** @description Name, message and frames of the error and its causes, without folders of the machine. */
            readonly stack?: readonly string[];
        };
        /** @description Waits of one kind: for another operation in progress, for something that was just created, or for a new connection. */
        readonly ReportWait: {
            /** @enum {unknown} */
            readonly cause: "in-progress" | "not-visible" | "connection-closed" | "throttled";
            readonly times: components["schemas"]["ReportCount"];
            readonly ms: number;
        };
        /** @description Latency of answers to AddPermission. */
        readonly ReportLatency: {
            readonly medianMs: number;
            readonly p99Ms: number;
            readonly maxMs: number;
            /** @description The slowest outliers: more than ten times the median and over 100 ms. */
            readonly outliers: readonly {
                readonly case: string;
                readonly ms: number;
            }[];
        };
        /**
         * addpermission-conformance diff, version 1
         * @description Where two targets answer the same requests differently. Readers must accept unknown members: later releases add some and change none.
         */
        readonly Diff: {
            /** @constant */
            readonly schema: "addpermission-conformance/diff@1";
            readonly tool: {
                readonly name: string;
                readonly version: string;
            };
            readonly seed: number;
            /**
             * Format: date-time
             * @description UTC.
             */
            readonly startedAt: string;
            readonly durationMs: number;
            /** @description The two targets, in the order in which they were named. */
            readonly targets: {
                readonly x: components["schemas"]["DiffTarget"];
                readonly y: components["schemas"]["DiffTarget"];
            };
            /** @description Histories that were planned, and that both targets received. */
            readonly histories: {
                readonly planned: components["schemas"]["DiffCount"];
                readonly played: components["schemas"]["DiffCount"];
            };
            /** @description Pairs of answers that were compared. */
            readonly compared: components["schemas"]["DiffCount"];
            /** @description True when the run ended before it sent all planned requests; faults explains why. */
            readonly incomplete: boolean;
            readonly differences: readonly components["schemas"]["DiffDifference"][];
            /** @description The differences by cause, the gravest first: the document decides them alike, and both targets answer alike. */
            readonly causes: readonly components["schemas"]["DiffCause"][];
            /** @description Differences that reruns did not reproduce, one sentence each. */
            readonly unsteady: readonly string[];
            /** @description Problems of the suite or the connection, one sentence each. */
            readonly faults: readonly string[];
        };
        readonly DiffCount: number;
        /** @description One of the two targets. */
        readonly DiffTarget: {
            readonly name: string;
            readonly endpoint: string;
            /** @description All requests, including set-up and tear-down. */
            readonly requests: components["schemas"]["DiffCount"];
            /**
             * @description endpoint: it listened at the endpoint. builtin: it was started by its name and ended.
             * @enum {unknown}
             */
            readonly kind?: "endpoint" | "builtin";
            /** @description The region of the requests. */
            readonly region?: string;
            /** @description True if each request was signed with the keys of the environment. */
            readonly signed?: boolean;
        };
        /** @description Differences that have one cause. */
        readonly DiffCause: {
            /** @description As in the causes of report.json where the document decides; otherwise the topic, or refusals. */
            readonly id: string;
            readonly title: string;
            /** @description What each target answers. */
            readonly x: string;
            readonly y: string;
            /** @description Their places in differences, counted from 0; the smallest history first. */
            readonly differences: readonly components["schemas"]["DiffCount"][];
            /** @description Pairs of answers that differed in these ways. */
            readonly seen: components["schemas"]["DiffCount"];
        };
        /** @description One way in which the answers differ, with the smallest history that shows it. */
        readonly DiffDifference: {
            /** @description Id of the rule or unspecified behaviour that the request tests, or the operation. */
            readonly topic: string;
            /** @description The title of the topic. */
            readonly title: string;
            /** @description What each target answers: "201", "400 ValidationException". */
            readonly x: string;
            readonly y: string;
            /** @description The member that differs between two successes; absent when the complete answers differ. */
            readonly where?: string;
            /** @description Pairs of answers that differed in this way. */
            readonly seen: components["schemas"]["DiffCount"];
            readonly ruling: components["schemas"]["DiffRuling"];
            /** @description The ruling of the recorded behaviour of the live service, when it differs. */
            readonly live?: components["schemas"]["DiffRuling"];
            /** @description How often reruns reproduced it, such as "3 of 3". */
            readonly reproduced: string;
            readonly steps: readonly components["schemas"]["DiffStep"][];
            /** @description One line for bash for each target; credentials only as shell variables. */
            readonly curl: {
                readonly x: string;
                readonly y: string;
            };
            /** @description The command that sends it to both targets again. */
            readonly replay: string;
            readonly history: components["schemas"]["DiffHistory"];
        };
        /** @description The requests of steps as replay sends them. */
        readonly DiffHistory: {
            /** @description Where the functions were that the requests name. */
            readonly home: {
                readonly partition: string;
                readonly region: string;
                readonly account: string;
            };
            readonly batches: readonly (readonly components["schemas"]["DiffSent"][])[];
        };
        /** @description One step; a slot stands for the RevisionId or the version that an earlier answer gives. */
        readonly DiffSent: {
            readonly key: string;
            readonly call: {
                /** @enum {unknown} */
                readonly operation: "AddPermission" | "RemovePermission" | "GetPolicy" | "CreateFunction" | "GetFunction" | "UpdateFunctionConfiguration" | "DeleteFunction" | "PublishVersion" | "CreateAlias" | "GetAlias" | "UpdateAlias" | "DeleteAlias";
                readonly method: string;
                readonly target: string;
                readonly headers: readonly (readonly [
                    string,
                    string
                ])[];
                readonly body: string | null;
                /** @constant */
                readonly encoding?: "base64";
                readonly connection?: string;
                readonly raw?: {
                    readonly lines: readonly string[];
                    readonly pieces: readonly string[];
                    readonly halfClose?: boolean;
                    /** @constant */
                    readonly invalid?: true;
                };
            };
            /** @description Key of that step. */
            readonly revisionFrom?: string;
            /** @description Key of that step. */
            readonly versionFrom?: string;
        };
        /** @description The id and title of a rule or an unspecified behaviour. */
        readonly DiffNamed: {
            readonly id: string;
            readonly title: string;
        };
        /** @description rule: the document decides it. admitted: it allows both. question: it is a catalogued unspecified behaviour. silent: the catalogue does not cover it. */
        readonly DiffRuling: {
            /** @constant */
            readonly kind: "rule";
            readonly rules: readonly components["schemas"]["DiffNamed"][];
            /** @enum {unknown} */
            readonly follows: "x" | "y" | "neither";
        } | {
            /** @constant */
            readonly kind: "admitted";
            readonly rules: readonly components["schemas"]["DiffNamed"][];
        } | {
            /** @constant */
            readonly kind: "question";
            readonly questions: readonly components["schemas"]["DiffNamed"][];
        } | {
            /** @constant */
            readonly kind: "silent";
        };
        /** @description One request. Braces mark names that differ between the targets. */
        readonly DiffStep: {
            readonly request: {
                readonly operation: string;
                readonly method: string;
                readonly path: string;
                readonly headers: {
                    readonly [key: string]: string;
                };
                readonly body: string | null;
                /** @constant */
                readonly encoding?: "base64";
            };
            readonly x: components["schemas"]["DiffAnswer"];
            readonly y: components["schemas"]["DiffAnswer"];
            readonly differs: boolean;
        };
        /** @description An answer, or why there is none. */
        readonly DiffAnswer: {
            /** @description null without an answer. */
            readonly status: number | null;
            readonly error: string | null;
            /** @description The reason, without an answer. */
            readonly body: string;
        };
        /**
         * Known deviations, version 1
         * @description Deviations that a regression gate tolerates. Every listed rule is still tested and must still deviate as recorded.
         */
        readonly Known: {
            /**
             * @description The version of this format.
             * @constant
             */
            readonly version: 1;
            /**
             * a list with one entry for each rule or cause
             * @description One entry for each rule, or for each cause of several violated rules.
             */
            readonly deviations: readonly components["schemas"]["KnownEntry"][] | null;
        };
        /** a day such as 2026-11-23 */
        readonly KnownDay: string;
        /** text that is not empty */
        readonly KnownFilled: string;
        /** a list of kinds of input, or all */
        readonly KnownKinds: readonly string[] | string | null;
        /**
         * an answer such as accepted, "400 ValidationException", "no answer: timeout", "sometimes accepted" or not judged, or a mapping from answers to kinds of input
         * @description What violates the rule: the answer, alone or with the kinds of input that get it. `accepted` is any success. `sometimes` marks a deviation that need not show in every run. `not judged` records that no answer decides the rule.
         * @example accepted
         * @example 400 ValidationException
         * @example no answer: timeout
         * @example sometimes accepted
         * @example not judged
         * @example {
         *       "accepted": [
         *         "space-amid",
         *         "colon-amid"
         *       ]
         *     }
         */
        readonly KnownSeen: string | {
            readonly [key: string]: components["schemas"]["KnownKinds"];
        };
        /** a mapping with rule, because, date and seen */
        readonly KnownEntry: {
            /** @description A rule's id, as the `rules` command lists it. */
            readonly rule?: components["schemas"]["KnownFilled"];
            /** @description A cause's id, as the report shows it, in place of a rule. Without `rules` it excuses every rule that the cause explains. */
            readonly cause?: components["schemas"]["KnownFilled"];
            /**
             * text
             * @description Why it is tolerated; reports show it. Empty after --update-known: fill it in.
             */
            readonly because: string;
            /**
             * an http or https address
             * @description The address of the issue.
             */
            readonly link?: string;
            /** @description The day on which it was recorded. */
            readonly date: components["schemas"]["KnownDay"];
            /** @description From this day on, the entry excuses nothing. */
            readonly expires?: components["schemas"]["KnownDay"];
            readonly seen?: components["schemas"]["KnownSeen"];
            /**
             * a mapping from rules to what was seen
             * @description With cause: the rules that it violates, and what was seen of each.
             */
            readonly rules?: {
                readonly [key: string]: components["schemas"]["KnownSeen"];
            };
        };
        /**
         * One line of an addpermission-conformance recording, version 2
         * @description A recording is a file of such lines: a header, then the events fixture-ready, fixture-reset, batch and case-finished, then a footer. Readers must accept unknown members.
         */
        readonly RecordingLine: {
            /** @constant */
            readonly type: "header";
            /** @constant */
            readonly schema: "addpermission-conformance/recording@2";
            readonly tool: {
                readonly name: string;
                readonly version: string;
            };
        } | {
            /** @constant */
            readonly type: "fixture-ready";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            readonly fixture: components["schemas"]["RecordingLineFixture"];
            /** @description The fixture is new, so its policies are empty. */
            readonly empty: boolean;
        } | {
            /** @constant */
            readonly type: "fixture-reset";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            /** @description A read showed that every policy is empty. */
            readonly empty: boolean;
        } | {
            /** @constant */
            readonly type: "batch";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            /** @description The id of the test case or the rerun; empty for other batches. */
            readonly case: string;
            /** @enum {unknown} */
            readonly purpose: "execute" | "confirm" | "arrange";
            readonly exchanges: readonly components["schemas"]["RecordingLineExchange"][];
        } | {
            /** @constant */
            readonly type: "case-finished";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            readonly case: components["schemas"]["RecordingLineCase"];
            /** @description Its place in the plan. */
            readonly place: number;
            /**
             * @description When it was executed. Absent for an ordinary test case, and in older recordings.
             * @enum {unknown}
             */
            readonly phase?: "odd" | "lasting" | "ending";
            /** @enum {unknown} */
            readonly end: "complete" | "cut";
            /**
             * @description The target ended meanwhile, so that nothing of it counts, and the test case is executed again.
             * @constant
             */
            readonly lost?: true;
            /**
             * @description The fixture at the start: with empty policies, as earlier cases left it, or one that could be neither reset nor replaced.
             * @enum {unknown}
             */
            readonly began: "empty" | "used" | "not-emptied";
        } | {
            /** @constant */
            readonly type: "footer";
            readonly report: components["schemas"]["Report"];
        };
        readonly RecordingLineWorker: number;
        readonly RecordingLineCase: {
            readonly id: string;
            /** @description It needs an empty fixture. */
            readonly clean: boolean;
            /** @description The rule that each of its requests breaks, if it is left out where every request before it violated that rule. */
            readonly breaks?: string;
        };
        /** @description A header line as sent or received: name, value. */
        readonly RecordingLineHeader: readonly [
            string,
            string
        ];
        /** @description One HTTP request, as it went to the wire; secrets are redacted. */
        readonly RecordingLineCall: {
            /** @enum {unknown} */
            readonly operation: "AddPermission" | "RemovePermission" | "GetPolicy" | "CreateFunction" | "GetFunction" | "UpdateFunctionConfiguration" | "DeleteFunction" | "PublishVersion" | "CreateAlias" | "GetAlias" | "UpdateAlias" | "DeleteAlias";
            readonly method: string;
            readonly target: string;
            readonly headers: readonly components["schemas"]["RecordingLineHeader"][];
            readonly body: string | null;
            /** @constant */
            readonly encoding?: "base64";
            readonly raw?: components["schemas"]["ReportRaw"];
            readonly connection?: string;
        };
        /** @description The answer, or why there is none. */
        readonly RecordingLineAnswer: {
            /** @constant */
            readonly kind: "response";
            readonly status: number;
            readonly headers: readonly components["schemas"]["RecordingLineHeader"][];
            readonly body: string;
            readonly sentAt: number;
            readonly answeredAt: number;
        } | {
            /** @constant */
            readonly kind: "none";
            readonly reason: components["schemas"]["ReportSilenceCode"];
            readonly detail: string;
            readonly sentAt: number;
            readonly answeredAt: number;
        };
        readonly RecordingLineStep: {
            readonly key: string;
            readonly call: components["schemas"]["RecordingLineCall"];
            readonly revisionFrom?: string;
            readonly versionFrom?: string;
        };
        /** @description The step of the history, the request that was sent for it, and its answer. */
        readonly RecordingLineExchange: {
            readonly step: components["schemas"]["RecordingLineStep"];
            readonly call: components["schemas"]["RecordingLineCall"];
            readonly answer: components["schemas"]["RecordingLineAnswer"];
        };
        readonly RecordingLineAliases: {
            readonly live: string;
            readonly arn140?: string;
            readonly arn141?: string;
            readonly longest?: string;
        };
        readonly RecordingLineFunction: {
            readonly name: string;
            readonly arn: string;
            readonly versions: readonly string[];
            readonly aliases: null | components["schemas"]["RecordingLineAliases"];
            /** @description What an existing function has besides, and the run does not use. versions is null if not all are known. */
            readonly unused?: {
                readonly versions: null | readonly string[];
                readonly aliases: readonly string[];
            };
        };
        readonly RecordingLineRecipe: {
            readonly role: string;
            readonly runtime: string;
            readonly zip: string;
        };
        /** @description The fixture of a worker. */
        readonly RecordingLineFixture: {
            readonly partition: string;
            readonly region: string;
            readonly account: string;
            readonly main: components["schemas"]["RecordingLineFunction"];
            readonly other: null | components["schemas"]["RecordingLineFunction"];
            readonly unknownName: string;
            readonly recipe: null | components["schemas"]["RecordingLineRecipe"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Report = components['schemas']['Report'];
export type ReportColumn = components['schemas']['ReportColumn'];
export type ReportCount = components['schemas']['ReportCount'];
export type ReportCapability = components['schemas']['ReportCapability'];
export type ReportBasis = components['schemas']['ReportBasis'];
export type ReportReasonCode = components['schemas']['ReportReasonCode'];
export type ReportSilenceCode = components['schemas']['ReportSilenceCode'];
export type ReportProblemCode = components['schemas']['ReportProblemCode'];
export type ReportOutcome = components['schemas']['ReportOutcome'];
export type ReportHeaders = components['schemas']['ReportHeaders'];
export type ReportTally = components['schemas']['ReportTally'];
export type ReportRule = components['schemas']['ReportRule'];
export type ReportKinds = components['schemas']['ReportKinds'];
export type ReportGate = components['schemas']['ReportGate'];
export type ReportGateEntry = components['schemas']['ReportGateEntry'];
export type ReportGateCode = components['schemas']['ReportGateCode'];
export type ReportCause = components['schemas']['ReportCause'];
export type ReportCounterexample = components['schemas']['ReportCounterexample'];
export type ReportStep = components['schemas']['ReportStep'];
export type ReportRequest = components['schemas']['ReportRequest'];
export type ReportRaw = components['schemas']['ReportRaw'];
export type ReportResponse = components['schemas']['ReportResponse'];
export type ReportQuestion = components['schemas']['ReportQuestion'];
export type ReportCampaign = components['schemas']['ReportCampaign'];
export type ReportCoverage = components['schemas']['ReportCoverage'];
export type ReportInput = components['schemas']['ReportInput'];
export type ReportCell = components['schemas']['ReportCell'];
export type ReportProblem = components['schemas']['ReportProblem'];
export type ReportWait = components['schemas']['ReportWait'];
export type ReportLatency = components['schemas']['ReportLatency'];
export type Diff = components['schemas']['Diff'];
export type DiffCount = components['schemas']['DiffCount'];
export type DiffTarget = components['schemas']['DiffTarget'];
export type DiffCause = components['schemas']['DiffCause'];
export type DiffDifference = components['schemas']['DiffDifference'];
export type DiffHistory = components['schemas']['DiffHistory'];
export type DiffSent = components['schemas']['DiffSent'];
export type DiffNamed = components['schemas']['DiffNamed'];
export type DiffRuling = components['schemas']['DiffRuling'];
export type DiffStep = components['schemas']['DiffStep'];
export type DiffAnswer = components['schemas']['DiffAnswer'];
export type Known = components['schemas']['Known'];
export type KnownDay = components['schemas']['KnownDay'];
export type KnownFilled = components['schemas']['KnownFilled'];
export type KnownKinds = components['schemas']['KnownKinds'];
export type KnownSeen = components['schemas']['KnownSeen'];
export type KnownEntry = components['schemas']['KnownEntry'];
export type RecordingLine = components['schemas']['RecordingLine'];
export type RecordingLineWorker = components['schemas']['RecordingLineWorker'];
export type RecordingLineCase = components['schemas']['RecordingLineCase'];
export type RecordingLineHeader = components['schemas']['RecordingLineHeader'];
export type RecordingLineCall = components['schemas']['RecordingLineCall'];
export type RecordingLineAnswer = components['schemas']['RecordingLineAnswer'];
export type RecordingLineStep = components['schemas']['RecordingLineStep'];
export type RecordingLineExchange = components['schemas']['RecordingLineExchange'];
export type RecordingLineAliases = components['schemas']['RecordingLineAliases'];
export type RecordingLineFunction = components['schemas']['RecordingLineFunction'];
export type RecordingLineRecipe = components['schemas']['RecordingLineRecipe'];
export type RecordingLineFixture = components['schemas']['RecordingLineFixture'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
