import type { UnsupportedCapability } from "../spec/verdict.ts";

export type { UnsupportedCapability } from "../spec/verdict.ts";

/** A target that runs. */
interface Started {
  /** The base URL, without a slash at the end. */
  readonly endpoint: string;
  /** Ends what `start` started; a second call has no effect. */
  stop(): Promise<void>;
  /** Restarts it after it ended, without what it held; true when it runs. */
  restart?(): Promise<boolean>;
}

/** Options for starting a target. */
export interface StartOptions {
  /** The folder for installed tools; the working directory by default. */
  readonly folder?: string;
}

/** An implementation of AddPermission that can be tested. */
export interface Target {
  readonly name: string;
  readonly cannot: readonly UnsupportedCapability[];
  /** True if functions, versions and aliases can be created; otherwise any name is a function. */
  readonly arranges: boolean;
  /** Starts it; throws a `Fault` that says what is missing and how to install it. */
  start(options?: StartOptions): Promise<Started>;
}
