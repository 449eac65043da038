import { defineConformance } from "../../api/vitest.ts";
import { referenceHandler } from "../reference-handler.ts";

const options = {
  suites: ["fuzz"],
  runs: 1,
  concurrency: 1,
  rules: [
    "success.is-201",
    "StatementId.maxLength",
    "errors.ServiceException",
    "observed.arn-like",
    "race.linearizable",
  ],
} as const;
const faulty = () => referenceHandler({ created: (json) => ({ status: 200, headers: [], body: json }) });

defineConformance(referenceHandler(), { ...options, name: "sound" });
defineConformance(faulty(), { ...options, name: "faulty" });
// Like the one above, for a filter.
defineConformance(faulty(), { ...options, name: "filtered" });
// Two rules with one cause.
const careless = referenceHandler({ faults: () => [] });
const lengths = ["StatementId.maxLength", "SourceAccount.pattern"] as const;
defineConformance(careless, { ...options, suites: undefined, rules: lengths, name: "careless" });
defineConformance(referenceHandler(), { ...options, name: "by the live service", profile: "aws" });
defineConformance(() => undefined, { ...options, name: "unreachable" });
defineConformance(referenceHandler(), { ...options, name: "cut short", budget: 60 });
defineConformance(referenceHandler(), { ...options, name: "too slow", rate: 50, runTimeoutMs: 100 });
const { KNOWN_FILE: known, OTHER_FILE: other } = process.env;
if (known !== undefined && other !== undefined) {
  defineConformance(faulty(), { ...options, name: "known", known });
  defineConformance(faulty(), { ...options, name: "changed", known: other });
}
