// Generated from api/options.ts by `npm run generate`. Do not edit.
import type { ProgramOptions } from "./options.ts";

/** How `conform` runs; times are in milliseconds. */
export interface ConformOptions {
  /** Call the target by this name in reports. The default is the host of its endpoint. */
  readonly name?: ProgramOptions["name"];
  /** Address requests to a target in this process with this URL, at which nothing needs to listen. The default is http://lambda.test. */
  readonly origin?: ProgramOptions["origin"];
  /** Sign requests for this region. The default is AWS_REGION, else us-east-1. */
  readonly region?: ProgramOptions["region"];
  /** Use this existing function and create none; its policy, and that of one version and one alias, is emptied during the run and restored afterwards. */
  readonly functionName?: ProgramOptions["functionName"];
  /** Declare that the existing function may keep a statement that no request removes; a loopback address needs no declaration. */
  readonly disposable?: ProgramOptions["disposable"];
  /** Create functions with this execution role. */
  readonly role?: ProgramOptions["role"];
  /** Sign each request with SigV4, with the keys in AWS_ACCESS_KEY_ID and its companions. */
  readonly sign?: ProgramOptions["sign"];
  /** Declare that the target answers only AddPermission and stores nothing: any name is a function, and no rule about state applies. */
  readonly stateless?: ProgramOptions["stateless"];
  /** Declare what else the target cannot do, each with a reason for the report. */
  readonly cannot?: ProgramOptions["cannot"];
  /** Let this column decide the exit code. The default is document. */
  readonly profile?: ProgramOptions["profile"];
  /** Send only these suites: spellings, state, boundary, questions, faults, fuzz, histories, races, size, wire, or all. The default is all, with wire last; a signed run sends all but wire. */
  readonly suites?: ProgramOptions["suites"];
  /** Judge only these rules, and send only test cases that bear on them. The default is all. */
  readonly rules?: ProgramOptions["rules"];
  /** End the run once this many causes of violations are confirmed; those of known deviations do not count. The default is no limit. */
  readonly bail?: ProgramOptions["bail"];
  /** Draw test cases from this seed; the same seed gives the same requests, byte for byte. The default is 1. */
  readonly seed?: ProgramOptions["seed"];
  /** Test each property with this many random cases. The default is 25. */
  readonly runs?: ProgramOptions["runs"];
  /** Run each kind of race this many times. The default is 6. */
  readonly rounds?: ProgramOptions["rounds"];
  /** After the usual test cases go on with new seeds until this many minutes are up; it ends earlier when nothing new has come for 10 minutes, or for a fifth of the time if that is longer. The default is no campaign. */
  readonly minutes?: ProgramOptions["minutes"];
  /** Keep the smallest random test case of each behaviour in this folder, and send those first that are there; needs --minutes. */
  readonly corpus?: ProgramOptions["corpus"];
  /** Send at most this many requests in all. The default is no limit. */
  readonly budget?: ProgramOptions["budget"];
  /** Send at most this many requests a second. The default is no limit. */
  readonly rate?: ProgramOptions["rate"];
  /** Execute this many test cases side by side. The default is 8. */
  readonly concurrency?: ProgramOptions["concurrency"];
  /** Wait at most this many milliseconds for an answer. The default is 10000. */
  readonly timeoutMs?: ProgramOptions["timeoutMs"];
  /** Reread a policy for up to this many milliseconds before it is judged, for a target with delayed reads. The default is 0. */
  readonly settleMs?: ProgramOptions["settleMs"];
  /** Accept the deviations that this YAML file records; they are still tested and must still deviate. */
  readonly known?: ProgramOptions["known"];
  /** End the run when this signal is aborted; the report is then incomplete. */
  readonly signal?: ProgramOptions["signal"];
  /** Call this function with the progress of the run. */
  readonly progress?: ProgramOptions["progress"];
}

/** How `defineConformance` runs. */
export interface ConformanceTestOptions extends ConformOptions {
  /** Wait at most this many milliseconds for the whole run. The default is 120000. */
  readonly runTimeoutMs?: ProgramOptions["runTimeoutMs"];
}
