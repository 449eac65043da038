import type { FormatName } from "../reports/collector.ts";
import type { OptionDoc } from "./arguments.ts";

const formats = [
  "json",
  "html",
  "junit",
  "markdown",
  "github",
  "ndjson",
  "sarif",
] as const satisfies readonly FormatName[];

const columns = ["document", "aws"] as const;

const target: readonly OptionDoc[] = [
  {
    name: "target",
    value: "NAME",
    about: "a built-in target: reference (default, embedded), prism, moto, ministack",
    choices: ["reference", "prism", "moto", "ministack"],
  },
  { name: "endpoint", value: "URL", about: "any endpoint that speaks the Lambda API" },
  { name: "region", value: "R", about: "region to sign for; AWS_REGION or us-east-1 by default" },
  {
    name: "function",
    value: "NAME",
    about:
      "use this existing function and create nothing; its policy is emptied while the run goes on, and given back",
  },
  { name: "role", value: "ARN", about: "execution role of the functions that are created" },
  { name: "sign", about: "sign each request with SigV4 from AWS_ACCESS_KEY_ID and its companions" },
];

const limits: readonly OptionDoc[] = [
  { name: "budget", value: "N", about: "most requests in all" },
  { name: "rate", value: "N", about: "most requests a second" },
  { name: "concurrency", value: "N", about: "histories in flight together (default 8)" },
  { name: "timeout", value: "MS", about: "milliseconds for each request (default 10000)" },
  {
    name: "settle",
    value: "MS",
    about: "read a policy again for so long before judging it, for targets that lag",
  },
];

const general: readonly OptionDoc[] = [
  { name: "verbose", about: "more detail, and stack traces of faults" },
  { name: "help", about: "this text" },
];

const compared: readonly OptionDoc[] = [
  {
    name: "target",
    value: "NAME",
    several: true,
    about: "one of the two, built in: reference, prism, moto, ministack; may be given twice",
  },
  { name: "endpoint", value: "URL", several: true, about: "one of the two, anywhere; may be given twice" },
  ...target.filter(({ name }) => name === "region"),
  { name: "role", value: "ARN", about: "execution role of the functions that are created at an --endpoint" },
  { name: "sign", about: "sign each request to an --endpoint with SigV4" },
];

/** Options by subcommand; "" is the run itself. */
export const optionDocs = {
  "": [
    ...target,
    {
      name: "profile",
      value: "document|aws",
      about: "which column decides the exit code (default document)",
      choices: columns,
    },
    {
      name: "suite",
      value: "A,B",
      about: "only these suites; all for every one, with wire too, which some targets do not survive",
    },
    { name: "rule", value: "ID,…", about: "only these rules" },
    { name: "seed", value: "N", about: "same seed, same requests, byte for byte (default 1)" },
    { name: "runs", value: "N", about: "random cases a property gets (default 25)" },
    { name: "rounds", value: "N", about: "rounds of each kind of race (default 6)" },
    ...limits,
    { name: "known", value: "FILE", about: "YAML of known deviations: still run, must still deviate" },
    {
      name: "update-known",
      about:
        "write what was seen into the file of --known, keeping comments and order; ends as a run with that file",
    },
    { name: "out", value: "DIR", about: "where reports go (default conformance-report)" },
    {
      name: "format",
      value: "LIST",
      about: "json (always), html, junit, markdown, github, ndjson, sarif",
      choices: formats,
    },
    {
      name: "record",
      value: "DIR",
      about: "store every exchange there, to be judged again without a target",
    },
    { name: "version", about: "the version of this package" },
    ...general,
  ],
  rules: [{ name: "json", about: "the catalogue and the ledger as data" }, ...general],
  replay: [
    {
      name: "report",
      value: "FILE",
      about: "the report to take the counterexample from (default conformance-report/report.json)",
    },
    { name: "rule", value: "ID", about: "whose counterexample to resend; the first one by default" },
    ...target,
    { name: "timeout", value: "MS", about: "milliseconds for each request (default 10000)" },
    ...general,
  ],
  mutants: [
    { name: "json", about: "the kill matrix as data" },
    { name: "only", value: "NAME,…", about: "only these mutants" },
    { name: "seed", value: "N", about: "seed of the runs (default 1)" },
    { name: "update", about: "write what is found into the committed kill matrix" },
    ...general,
  ],
  compare: [
    {
      name: "profile",
      value: "document|aws",
      about: "which column is compared (default document)",
      choices: columns,
    },
    {
      name: "format",
      value: "text|markdown|html",
      about: "how it is printed (default text)",
      choices: ["text", "markdown", "html"],
    },
    ...general,
  ],
  diff: [
    ...compared,
    {
      name: "suite",
      value: "A,B",
      about: "only these suites; races, faults, size and wire only when named here",
    },
    { name: "seed", value: "N", about: "same seed, same requests, byte for byte (default 1)" },
    { name: "runs", value: "N", about: "random cases a property gets (default 25)" },
    ...limits
      .filter(({ name }) => name !== "settle")
      .map((doc) => (doc.name === "budget" ? { ...doc, about: "most requests to each target" } : doc)),
    { name: "out", value: "DIR", about: "where diff.json and diff.md go (default conformance-report)" },
    {
      name: "format",
      value: "text|markdown|json",
      about: "how it is printed (default text)",
      choices: ["text", "markdown", "json"],
    },
    ...general,
  ],
  sweep: [
    {
      name: "endpoint",
      value: "URL",
      about:
        "where to delete and give back; by default wherever runs noted in this folder that they left something",
    },
    { name: "region", value: "R", about: "region of --endpoint; AWS_REGION or us-east-1 by default" },
    ...target.filter(({ name }) => name === "sign"),
    {
      name: "older",
      value: "HOURS",
      about: "age from which functions of no journal are deleted (default 24)",
    },
    { name: "timeout", value: "MS", about: "milliseconds for each request (default 10000)" },
    ...general,
  ],
  judge: [
    {
      name: "profile",
      value: "document|aws",
      about: "which column decides the exit code (default document)",
      choices: columns,
    },
    { name: "out", value: "DIR", about: "where reports go (default conformance-report)" },
    { name: "format", value: "LIST", about: "formats beside json", choices: formats },
    ...general,
  ],
  completion: general,
} as const satisfies Readonly<Record<string, readonly OptionDoc[]>>;
