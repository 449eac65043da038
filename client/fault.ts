/** The one error class of this project: a fault of ours or of the user's input, told in one sentence. */
export { Fault } from "../spec/fault.ts";
