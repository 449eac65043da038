import type { UnsupportedCapability } from "../spec/verdict.ts";

export type { UnsupportedCapability } from "../spec/verdict.ts";

/** A target that is up. */
interface Started {
  /** Base URL, without a slash at the end. */
  readonly endpoint: string;
  /** Ends whatever was started; does nothing the second time. */
  stop(): Promise<void>;
  /** Starts it again where it has gone; true when it is up. Only for targets that lose nothing by it. */
  restart?(): Promise<boolean>;
}

/** What starting a target may need from outside. */
export interface StartOptions {
  /** The folder under which tools are installed; the working directory by default. */
  readonly folder?: string;
}

/** Somebody to talk to. */
export interface Target {
  readonly name: string;
  readonly cannot: readonly UnsupportedCapability[];
  /** Whether functions, versions and aliases can be created there; if not, any name is as good as another. */
  readonly arranges: boolean;
  /** Starts it, or throws a `Fault` that says what is missing and how to get it. */
  start(options?: StartOptions): Promise<Started>;
}
