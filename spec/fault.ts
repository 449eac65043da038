/** What a sentence calls an option: `timeoutMs` in a program, `--timeout` on the command line. */
export type OptionSpelling = (option: string) => string;

interface FaultOptions extends ErrorOptions {
  /** The option that the sentence is about, by its name in the library. */
  readonly option?: string | undefined;
}

/**
 * An expected error: wrong usage, an unreadable file, a target that cannot be reached.
 * The message is one sentence: the value met, what was expected, and what to do. The command ends with exit code 2.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  /** The option that it is about, by its name in the library, such as `timeoutMs`; undefined where it is about none. */
  readonly option: string | undefined;

  constructor(message: string, { option, ...options }: FaultOptions = {}) {
    super(message, options);
    this.option = option;
  }
}
