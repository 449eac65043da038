// Generated from reports/*.schema.json by `npm run generate`. Do not edit.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * addpermission-conformance report, version 1
         * @description What one run found. Readers must accept members and codes that they do not know: later releases add some and change none.
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
                /** @description What the target declared or was found unable to do, each with its reason. */
                readonly cannot: readonly string[];
                /** @description The same with the capability that each reason is about. A reason may be given for several. */
                readonly unsupported?: readonly {
                    readonly needs: components["schemas"]["ReportCapability"];
                    readonly reason: string;
                }[];
            };
            readonly profile: components["schemas"]["ReportColumn"];
            /** @description What was left out on request: how many rules were judged, which suites were sent. Absent when nothing was. */
            readonly only?: {
                readonly rules?: components["schemas"]["ReportCount"];
                readonly suites?: readonly string[];
            };
            readonly seed: number;
            /**
             * Format: date-time
             * @description ISO 8601, UTC.
             */
            readonly startedAt: string;
            readonly durationMs: number;
            /** @description Requests sent in all, arranging and cleaning up included. */
            readonly requests: components["schemas"]["ReportCount"];
            /** @description True when the run ended before everything planned was sent; faults says why. */
            readonly incomplete: boolean;
            readonly summary: {
                readonly document: components["schemas"]["ReportTally"];
                readonly aws: components["schemas"]["ReportTally"];
            };
            readonly rules: readonly components["schemas"]["ReportRule"][];
            readonly questions: readonly components["schemas"]["ReportQuestion"][];
            /** @description What went wrong on our side or on the way, one sentence each. */
            readonly faults: readonly string[];
            /** @description The same as faults, in the same order, with what kind of thing it was. Absent in reports of earlier versions. */
            readonly problems?: readonly components["schemas"]["ReportProblem"][];
            /** @description Latency of answers to AddPermission in milliseconds, and the slowest calls. */
            readonly latency?: components["schemas"]["ReportLatency"];
            /** @description Lines for bash or zsh, to be run once before the play of any counterexample. */
            readonly shell?: readonly string[];
            /** @description What was really exercised. */
            readonly coverage?: components["schemas"]["ReportCoverage"];
        };
        /**
         * @description The two readings of one run: the page literally, and the page corrected by recordings of the live service.
         * @enum {unknown}
         */
        readonly ReportColumn: "document" | "aws";
        readonly ReportCount: number;
        /**
         * @description What a rule may need of a target.
         * @enum {unknown}
         */
        readonly ReportCapability: "state" | "policy" | "other" | "versions" | "aliases" | "remove" | "revisions" | "limit" | "echo" | "meaning" | "faults" | "routes";
        /**
         * @description Where a rule comes from: only stated and implied can turn the document column red.
         * @enum {unknown}
         */
        readonly ReportBasis: "stated" | "implied" | "observed" | "open";
        /**
         * @description Why the rule is inconclusive or unexercised. unsupported: the target cannot do what the rule needs (excusedBy). explained: the violation of another rule accounts for all that was seen (explainedBy). not-exercised: nothing that was sent bore on it. not-judged: the run ended before anything was judged. unsettled: answers left it open. not-confirmed: a violation was seen and did not show again. not-rerun: a violation was seen, and no more could be sent. no-fixture: a violation was seen, and no new function could be had to confirm it on. not-kept: violations were seen of more kinds than a run keeps, and no history of those that nothing explains. not-rerun-yet: the run goes on.
         * @enum {unknown}
         */
        readonly ReportReasonCode: "unsupported" | "explained" | "not-exercised" | "not-judged" | "unsettled" | "not-confirmed" | "not-rerun" | "no-fixture" | "not-kept" | "not-rerun-yet";
        /**
         * @description Why there is no response.
         * @enum {unknown}
         */
        readonly ReportSilenceCode: "timeout" | "refused" | "reset" | "protocol" | "too-large" | "tls" | "unresolved" | "aborted";
        /**
         * @description internal: an error of the suite itself. not-begun: the run could not begin. ended-early: it could not go on. stopped: a budget, a signal or a target that is gone ended it. going-on: it was not over when this was written. fixtures-lost: the target no longer knows functions that nobody deleted. left-behind: something created is left, or a policy as it was changed. not-recorded: the recording could not be written. unknown: told by an earlier version.
         * @enum {unknown}
         */
        readonly ReportProblemCode: "internal" | "not-begun" | "ended-early" | "stopped" | "going-on" | "fixtures-lost" | "left-behind" | "not-recorded" | "unknown";
        /**
         * @description Strongest first: violated > inconclusive > holds > unexercised.
         * @enum {unknown}
         */
        readonly ReportOutcome: "violated" | "inconclusive" | "holds" | "unexercised";
        readonly ReportHeaders: {
            readonly [key: string]: string;
        };
        /** @description Rules of this column by how they ended; a known violation counts as known only. A rule of basis observed is none of the document column. */
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
            /** @description Section and member of the document, in our words. */
            readonly source: string;
            /** @description In a column that the rule does not have (see columns) it is unexercised, which counts nowhere: neither in the summary nor in the exit code. */
            readonly verdicts: {
                readonly document: components["schemas"]["ReportOutcome"];
                readonly aws: components["schemas"]["ReportOutcome"];
            };
            /** @description The only columns that have this rule. Absent: both have it. */
            readonly columns?: readonly components["schemas"]["ReportColumn"][];
            /** @description True when the violation is listed in the file of known deviations and deviates as recorded. */
            readonly known: boolean;
            /** @description Exchanges that this rule judged. */
            readonly observations: components["schemas"]["ReportCount"];
            /** @description Checks that the plan called for, histories never sent included, and those that came to a verdict. Of histories never sent the first 1000 are counted; with more, expected is a lower bound. */
            readonly checks?: {
                readonly expected: components["schemas"]["ReportCount"];
                readonly executed: components["schemas"]["ReportCount"];
            };
            /** @description Why the rule is inconclusive or unexercised, as a sentence for readers. Nothing is to be decided by it: see reasonCode. */
            readonly reason?: string;
            /** @description The same as a code: what decides. Absent in reports of earlier versions. */
            readonly reasonCode?: components["schemas"]["ReportReasonCode"];
            /** @description With unsupported: the capability that the target lacks. */
            readonly excusedBy?: components["schemas"]["ReportCapability"];
            /** @description With explained: id of the rule whose violation explains this one. */
            readonly explainedBy?: string;
            readonly counterexample?: components["schemas"]["ReportCounterexample"];
        };
        /** @description The smallest history found that breaks a rule. */
        readonly ReportCounterexample: {
            /** @description What the rule demands, as a phrase: "400 InvalidParameterValueException". */
            readonly expected: string;
            /** @description What came back, as a phrase: "201, the statement was added". */
            readonly seen: string;
            /** @description How often it showed when tried again, for readers. */
            readonly reproduced?: string;
            /** @description The same as numbers. Absent where it was not sent again, and in reports of earlier versions. */
            readonly reruns?: {
                readonly shown: components["schemas"]["ReportCount"];
                readonly tried: components["schemas"]["ReportCount"];
            };
            /** @description Where its functions were; ARNs in its requests say the same unless they are meant to be foreign. */
            readonly home?: {
                readonly partition: string;
                readonly region: string;
                readonly account: string;
            };
            readonly steps: readonly components["schemas"]["ReportStep"][];
            /** @description One line for bash; credentials only as shell variables. */
            readonly curl: string;
            /** @description The same after the lines of shell. */
            readonly play?: string;
            /** @description The command that resends it. */
            readonly replay: string;
        };
        /** @description One exchange of a counterexample. Secrets are redacted. */
        readonly ReportStep: {
            readonly request: components["schemas"]["ReportRequest"];
            readonly response: null | components["schemas"]["ReportResponse"];
            /** @description Why there is no response, for readers. */
            readonly silence?: string;
            /** @description The same as a code. Absent in reports of earlier versions. */
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
            /** @description Steps of the same name were sent over one connection, while the target kept it open. */
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
        /** @description What the target did where the document is silent or contradicts itself. Never fails. */
        readonly ReportQuestion: {
            readonly id: string;
            readonly title: string;
            /** @description The behaviour seen, most frequent first; "not asked" when no traffic reached it. */
            readonly answer: string;
            readonly observations: components["schemas"]["ReportCount"];
            readonly source?: string;
        };
        /** @description What was really exercised. */
        readonly ReportCoverage: {
            readonly histories: {
                readonly planned: components["schemas"]["ReportCount"];
                /** @description Histories executed to their end; those that were cut short are not among them. */
                readonly played: components["schemas"]["ReportCount"];
                /** @description Histories that needed an empty function and began on one that could not be emptied or replaced. */
                readonly notEmptied?: components["schemas"]["ReportCount"];
            };
            /** @description Members in the document's order, then constraints, then inputs. */
            readonly cells: readonly components["schemas"]["ReportCell"][];
        };
        /**
         * @description What a value was with regard to one constraint.
         * @enum {unknown}
         */
        readonly ReportInput: "valid" | "too-short" | "too-long" | "near-miss" | "wrong-type" | "missing" | "null";
        /** @description One kind of input for one constraint, and how the requests ended in which nothing else was amiss. */
        readonly ReportCell: {
            readonly member: string;
            /** @enum {unknown} */
            readonly constraint: "required" | "optional" | "type" | "minLength" | "maxLength" | "pattern";
            readonly input: components["schemas"]["ReportInput"];
            /** @description False where the document is silent or contradicts itself, so that any 4xx answer is as right as a success. */
            readonly decided: boolean;
            readonly accepted: components["schemas"]["ReportCount"];
            /** @description In a way that the document gives for this input. */
            readonly refused: components["schemas"]["ReportCount"];
            /** @description In another way: a valid value refused, a fault that another name is given to. */
            readonly refusedOther: components["schemas"]["ReportCount"];
            /** @description No answer, throttled, or unavailable. */
            readonly unsettled: components["schemas"]["ReportCount"];
            /** @description Why no request can reach this cell. */
            readonly unreachable?: string;
        };
        /** @description Something that went wrong on our side or on the way. */
        readonly ReportProblem: {
            readonly code: components["schemas"]["ReportProblemCode"];
            readonly message: string;
            /** @description The rule that was asked when it happened. */
            readonly rule?: string;
            /** @description The test case that was executed when it happened. */
            readonly case?: string;
            /** @description Name and message of the error, its frames, and the same of what caused it. No folder of the machine is in it. */
            readonly stack?: readonly string[];
        };
        /** @description Latency of answers to AddPermission. */
        readonly ReportLatency: {
            readonly medianMs: number;
            readonly p99Ms: number;
            readonly maxMs: number;
            /** @description Slowest calls that stand out: more than ten times the median and over 100 ms. */
            readonly outliers: readonly {
                readonly case: string;
                readonly ms: number;
            }[];
        };
        /**
         * addpermission-conformance diff, version 1
         * @description Where two targets answer the same requests differently. Readers must accept members they do not know: later releases add some and change none.
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
            /** @description Histories that were planned, and those that both targets got. */
            readonly histories: {
                readonly planned: components["schemas"]["DiffCount"];
                readonly played: components["schemas"]["DiffCount"];
            };
            /** @description Pairs of answers that were compared. */
            readonly compared: components["schemas"]["DiffCount"];
            /** @description True when the run ended before everything planned was sent; faults says why. */
            readonly incomplete: boolean;
            readonly differences: readonly components["schemas"]["DiffDifference"][];
            /** @description Differences that were seen and not again, one sentence each. */
            readonly unsteady: readonly string[];
            /** @description What went wrong on our side or on the way, one sentence each. */
            readonly faults: readonly string[];
        };
        readonly DiffCount: number;
        /** @description One of the two targets. */
        readonly DiffTarget: {
            readonly name: string;
            readonly endpoint: string;
            /** @description Requests sent, arranging and cleaning up included. */
            readonly requests: components["schemas"]["DiffCount"];
        };
        /** @description One way in which the answers differ, with the smallest history that shows it. */
        readonly DiffDifference: {
            /** @description Id of the rule or question that the request puts to the test, or the operation. */
            readonly topic: string;
            /** @description What that is, as a phrase. */
            readonly title: string;
            /** @description What each target answers: "201", "400 ValidationException". */
            readonly x: string;
            readonly y: string;
            /** @description The member that differs between two successes; absent where the answers as a whole are meant. */
            readonly where?: string;
            /** @description Pairs of answers that differed in this way. */
            readonly seen: components["schemas"]["DiffCount"];
            readonly ruling: components["schemas"]["DiffRuling"];
            /** @description By the recorded behaviour of the live service, where that says something else. */
            readonly live?: components["schemas"]["DiffRuling"];
            /** @description How often it showed when it was sent again, such as "3 of 3". */
            readonly reproduced: string;
            readonly steps: readonly components["schemas"]["DiffStep"][];
            /** @description One line for bash for each target; credentials only as shell variables. */
            readonly curl: {
                readonly x: string;
                readonly y: string;
            };
        };
        /** @description A rule or question that is named. */
        readonly DiffNamed: {
            readonly id: string;
            readonly title: string;
        };
        /** @description rule: the document decides it. admitted: it allows both. question: it leaves it open. silent: nothing in the catalogue speaks of it. */
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
        /** @description One request; names that the targets hold are in braces. */
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
        /** @description An answer, or why there was none. */
        readonly DiffAnswer: {
            /** @description null where no answer came. */
            readonly status: number | null;
            readonly error: string | null;
            /** @description Why, where no answer came. */
            readonly body: string;
        };
        /**
         * Known deviations, version 1
         * @description Deviations that a regression gate tolerates. Every entry is still run and must still deviate as recorded.
         */
        readonly Known: {
            /**
             * @description The version of this format.
             * @constant
             */
            readonly version: 1;
            /**
             * a list with one entry for each rule
             * @description One entry a rule, or one a case of it.
             */
            readonly deviations: readonly components["schemas"]["KnownEntry"][] | null;
        };
        /** a day such as 2026-11-23 */
        readonly KnownDay: string;
        /** text that is not empty */
        readonly KnownFilled: string;
        /** a mapping with rule, because, date and seen */
        readonly KnownEntry: {
            /** @description A rule's id, as the `rules` command lists it. */
            readonly rule: components["schemas"]["KnownFilled"];
            /**
             * text
             * @description Why it is tolerated. Empty after --update-known: fill it in.
             */
            readonly because: string;
            /**
             * an http or https address
             * @description Where it is being dealt with.
             */
            readonly link?: string;
            /** @description The day on which it was recorded. */
            readonly date: components["schemas"]["KnownDay"];
            /** @description From this day on the entry no longer excuses. */
            readonly expires?: components["schemas"]["KnownDay"];
            /**
             * a shape such as "201", "400 ValidationException", "no answer: timeout" or "sometimes 201"
             * @description The shape of the deviation: status and error name, or why there was no answer. After "sometimes" it need not show in every run.
             * @example 201
             * @example 400 ValidationException
             * @example no answer: timeout
             * @example sometimes 201
             */
            readonly seen: string;
            /** @description Excuses only this case: rule and canonical input, as --update-known writes it. */
            readonly case?: components["schemas"]["KnownFilled"];
        };
        /**
         * One line of an addpermission-conformance recording, version 1 or 2
         * @description A recording is a file of such lines: a header, then what happened, then a footer. What happened is told by the types stage, round and tidied in version 1, and by fixture-ready, fixture-reset, batch and case-finished in version 2. Readers must accept members that they do not know.
         */
        readonly RecordingLine: {
            /** @constant */
            readonly type: "header";
            /** @enum {unknown} */
            readonly schema: "addpermission-conformance/recording@1" | "addpermission-conformance/recording@2";
            readonly tool: {
                readonly name: string;
                readonly version: string;
            };
        } | {
            /** @constant */
            readonly type: "fixture-ready";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            readonly fixture: components["schemas"]["RecordingLineStage"];
            /** @description It was created for this run, so that its policies are empty. */
            readonly empty: boolean;
        } | {
            /** @constant */
            readonly type: "fixture-reset";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            /** @description Every policy was seen to be empty. */
            readonly empty: boolean;
        } | {
            /** @constant */
            readonly type: "batch";
            readonly worker: components["schemas"]["RecordingLineWorker"];
            /** @description Names the test case or the rerun; empty where the batch was sent for neither. */
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
            /** @enum {unknown} */
            readonly end: "complete" | "cut";
            /**
             * @description What it began on: policies that were seen to be empty, a fixture as earlier cases left it, or one that could be neither emptied nor replaced.
             * @enum {unknown}
             */
            readonly began: "empty" | "used" | "not-emptied";
        } | {
            /** @constant */
            readonly type: "stage";
            readonly lane: number;
            readonly stage: components["schemas"]["RecordingLineStage"];
            readonly fresh: boolean;
        } | {
            /** @constant */
            readonly type: "round";
            readonly lane: number;
            readonly unit: string;
            readonly exchanges: readonly components["schemas"]["RecordingLineExchange"][];
        } | {
            /** @constant */
            readonly type: "tidied";
            readonly lane: number;
            /** @description Every policy of the lane was emptied. */
            readonly empty?: boolean;
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
        };
        /** @description A header line as sent or received: name, value. */
        readonly RecordingLineHeader: readonly [
            string,
            string
        ];
        /** @description One HTTP request, as it went to the wire; secrets are redacted. */
        readonly RecordingLineCall: {
            /** @enum {unknown} */
            readonly operation: "AddPermission" | "RemovePermission" | "GetPolicy" | "CreateFunction" | "GetFunction" | "DeleteFunction" | "PublishVersion" | "CreateAlias" | "GetAlias" | "DeleteAlias";
            readonly method: string;
            readonly target: string;
            readonly headers: readonly components["schemas"]["RecordingLineHeader"][];
            readonly body: string | null;
            /** @constant */
            readonly encoding?: "base64";
            readonly raw?: components["schemas"]["ReportRaw"];
            readonly connection?: string;
        };
        /** @description What came back, or why nothing did. */
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
        /** @description The step of the history, the request that was made of it, and its answer. */
        readonly RecordingLineExchange: {
            readonly step: components["schemas"]["RecordingLineStep"];
            readonly call: components["schemas"]["RecordingLineCall"];
            readonly answer: components["schemas"]["RecordingLineAnswer"];
        };
        readonly RecordingLineAliases: {
            readonly live: string;
            readonly arn140: string;
            readonly arn141: string;
            readonly longest: string;
        };
        readonly RecordingLineFunction: {
            readonly name: string;
            readonly arn: string;
            readonly versions: readonly string[];
            readonly aliases: null | components["schemas"]["RecordingLineAliases"];
        };
        readonly RecordingLineRecipe: {
            readonly role: string;
            readonly runtime: string;
            readonly zip: string;
        };
        /** @description The functions that were arranged for a lane. */
        readonly RecordingLineStage: {
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
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
