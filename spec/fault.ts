/**
 * An expected error: wrong usage, an unreadable file, a target that cannot be reached.
 * The message is one sentence: the value met, what was expected, and what to do. The command ends with exit code 2.
 */
export class Fault extends Error {
  override readonly name = "Fault";
}
