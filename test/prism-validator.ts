// The index of the package also loads its mock server, which takes two seconds.
import prismOperations from "@stoplight/prism-http/dist/utils/operations.js";
import prismValidator from "@stoplight/prism-http/dist/validator/index.js";
import { isMember, members } from "../spec/constraint.ts";
import type { Call } from "../spec/exchange.ts";

/** The errors of Prism for an AddPermission request, as sorted `Member.keyword`. */
export type PrismValidator = (call: Call) => readonly string[];

/** Prism's validator over the contract, without its server. It shares no code with this project. */
export async function prismValidatorOf(contract: string): Promise<PrismValidator> {
  const [operation] = await prismOperations.getHttpOperationsFromSpec(contract);
  if (!operation) throw new Error(`${contract} describes no operation`);
  return (call) => {
    const url = new URL(call.target, "http://localhost");
    const found = prismValidator.validateInput({
      resource: operation,
      element: {
        method: "post",
        url: { path: url.pathname, query: Object.fromEntries(url.searchParams) },
        headers: Object.fromEntries(call.headers),
        body: call.body === null ? undefined : JSON.parse(call.body),
      },
    });
    if (found._tag === "Right") return [];
    return [...found.left].map(({ path = [], code, message }) => `${memberIn(path, message)}.${code}`).sort();
  };
}

function memberIn(path: readonly string[], message: string): string {
  const last = path.at(-1)?.toLowerCase() ?? "";
  const named = members.find((member) => member.toLowerCase() === last);
  const missing = /'([A-Za-z]+)'/.exec(message)?.[1] ?? "";
  return named ?? (isMember(missing) ? missing : path.join("."));
}
