import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { create, journals } from "./interruptions.ts";
import { failing, onServer, type Scenario, type Tried } from "./scenario.ts";
import { behind, said } from "./server.ts";

const name = "mine";
const plain = {
  Sid: "plain",
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: `arn:aws:lambda:us-east-1:123456789012:function:${name}`,
};
const { Principal: _, ...nobody } = plain;

/** Policies that a run must not change, with the message on the terminal. */
export const refusedPolicies: readonly Scenario[] = [
  refused("another condition key", "Condition", {
    ...plain,
    Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } },
  }),
  refused("Effect Deny", "Effect", { ...plain, Effect: "Deny" }),
  refused("NotPrincipal", "NotPrincipal", { ...nobody, NotPrincipal: { AWS: "111122223333" } }),
  refused("two conditions", "Condition", {
    ...plain,
    Condition: { Bool: { "aws:SecureTransport": "true" }, IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
  }),
  unread("500", said(500, '{"Type":"Service","message":"broken"}')),
  unread("JSON that ends early", said(200, '{"Policy":"{\\"Stat')),
  unread("text that is not JSON", said(200, JSON.stringify({ Policy: "{" }))),
];

function refused(what: string, member: string, statement: unknown): Scenario {
  const Statement = [plain, { ...Object(statement), Sid: "odd" }];
  const body = JSON.stringify({ Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  return started(`a policy with ${what}`, said(200, body), `(statement "odd", ${member}: `);
}

function unread(what: string, answer: Buffer): Scenario {
  return started(`a policy that is read as ${what}`, answer, `The policy of ${name} cannot be read`);
}

/** Runs on a function with this policy. */
function started(what: string, answer: Buffer, says: string): Scenario {
  const run = (): Promise<Tried> => {
    const written: string[] = [];
    let reads = 0;
    const listen = behind(
      ({ method, target }) => {
        if (method !== "GET") written.push(`${method} ${target}`);
        const isRead = method === "GET" && target.endsWith(`/functions/${name}/policy`);
        if (isRead) reads += 1;
        return isRead;
      },
      (socket) => void socket.write(answer),
    );
    return onServer(listen, async (folder, { url }) => {
      await create(url, name);
      written.length = 0;
      const ended = await command(["--endpoint", url, "--function", name], { folder });
      const noted = await readdir(join(folder, journals)).catch(() => []);
      const printed = ended.output.replace(/\s+/g, " ");
      const complaints = failing([
        [ended.exit === 2, `exit ${ended.exit} instead of 2`],
        [printed.includes(says), `the terminal does not say ${says}`],
        [printed.includes("Nothing was changed."), "the terminal does not say that nothing was changed"],
        [reads > 0, "the policy was not read"],
        [written.length === 0, `written: ${written.slice(0, 5).join(", ")}`],
        [noted.length === 0, `a journal is left: ${noted.join(", ")}`],
      ]);
      return { complaints, note: `exit ${ended.exit}, ${written.length} writes`, output: ended.output };
    });
  };
  return { name: `--function on ${what}`, run };
}
