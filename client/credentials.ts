import { Fault } from "./fault.ts";

/** Keys to sign with. Secret: they never go into a report. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const chainPackage = "@aws-sdk/credential-providers";

/**
 * Credentials from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; where AWS_PROFILE is set instead,
 * from the SDK's provider chain, if that optional package is installed. Throws a Fault that says what to set.
 */
export async function credentialsFrom(env: Environment): Promise<Credentials> {
  const accessKeyId = env.AWS_ACCESS_KEY_ID ?? "";
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY ?? "";
  const sessionToken = env.AWS_SESSION_TOKEN ?? "";
  if (accessKeyId !== "" && secretAccessKey !== "") {
    return { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) };
  }
  if (accessKeyId === "" && secretAccessKey === "" && (env.AWS_PROFILE ?? "") !== "") return fromChain();
  const missing = accessKeyId === "" ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
  throw new Fault(
    `${missing} is not set, but signing needs a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary keys), or leave out --sign.`,
  );
}

/** The secrets among credentials, for the redactor. */
export function secretsOf(credentials: Credentials): readonly string[] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return [accessKeyId, secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
}

async function fromChain(): Promise<Credentials> {
  const provider = await chainProvider();
  try {
    const found: unknown = await provider();
    if (isCredentials(found)) return found;
  } catch (cause) {
    throw new Fault(
      "AWS_PROFILE is set, but its credentials cannot be had: log in to that profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      { cause },
    );
  }
  throw new Fault(
    "AWS_PROFILE is set, but gives no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
  );
}

async function chainProvider(): Promise<() => unknown> {
  const found: unknown = await import(chainPackage).catch((cause: unknown) => {
    throw new Fault(
      `AWS_PROFILE is set, but ${chainPackage} is not installed: run npm install ${chainPackage}, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`,
      { cause },
    );
  });
  if (typeof found === "object" && found !== null && "fromNodeProviderChain" in found) {
    const make = found.fromNodeProviderChain;
    const provider: unknown = typeof make === "function" ? make() : undefined;
    if (typeof provider === "function") return () => provider();
  }
  throw new Fault(`${chainPackage} has no provider chain: install a version of 3.300 or later.`);
}

function isCredentials(value: unknown): value is Credentials {
  if (typeof value !== "object" || value === null) return false;
  return (
    "accessKeyId" in value &&
    typeof value.accessKeyId === "string" &&
    "secretAccessKey" in value &&
    typeof value.secretAccessKey === "string"
  );
}
