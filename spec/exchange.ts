/** The operations of the Lambda API that the suite sends. Only AddPermission is tested; the others arrange and observe. */
export const operations = [
  "AddPermission",
  "RemovePermission",
  "GetPolicy",
  "CreateFunction",
  "GetFunction",
  "UpdateFunctionConfiguration",
  "DeleteFunction",
  "PublishVersion",
  "CreateAlias",
  "GetAlias",
  "UpdateAlias",
  "DeleteAlias",
] as const;

/** The operation that a call is meant for. Rules judge the bytes on the wire; this tells which answer shape to expect. */
export type Operation = (typeof operations)[number];

/** A header line as sent or received: name, value. Order and case are kept. */
export type Header = readonly [name: string, value: string];

/**
 * One HTTP request, exactly as it goes to the wire.
 * `target` is the request-target (path and query), never normalised.
 * `headers` has no Host, Content-Length or Authorization: the client adds those.
 */
export interface Call {
  readonly operation: Operation;
  readonly method: string;
  readonly target: string;
  readonly headers: readonly Header[];
  readonly body: string | null;
  /** How `body` becomes bytes; absent means UTF-8. */
  readonly encoding?: "base64";
  /** Sent over a raw socket, because undici would refuse to send it. */
  readonly raw?: RawFraming;
  /** Sent over a raw socket that calls of the same name share, one after the other, while the target keeps it open. */
  readonly connection?: string;
}

/** The frame of a request that no HTTP client would write. */
export interface RawFraming {
  /** Header lines in the order they are written, Host and framing included; `{host}` and `{authorization}` are filled in. */
  readonly lines: readonly string[];
  /** The bytes after the empty line, in pieces, base64. */
  readonly pieces: readonly string[];
  /** Half-close the socket after the last byte, as a client does that sends less than it promised. */
  readonly halfClose?: boolean;
  /** The message is incomplete or breaks HTTP, so a server may close the connection without an answer. */
  readonly invalid?: true;
}

/** What came back. Times are milliseconds since the start of the run, from a monotonic clock. */
export type Answer = Response | NoAnswer;

/** A complete HTTP response. */
export interface Response {
  readonly kind: "response";
  readonly status: number;
  readonly headers: readonly Header[];
  /** The body's bytes as UTF-8; bytes that are not UTF-8 become U+FFFD. */
  readonly body: string;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Why a call has no response. Whether it took effect is unknown. */
export const silences = [
  "timeout",
  "refused",
  "reset",
  "protocol",
  "too-large",
  "tls",
  "unresolved",
  "aborted",
] as const;

/** One of them. */
export type Silence = (typeof silences)[number];

/** A call that got no complete HTTP response. */
export interface NoAnswer {
  readonly kind: "none";
  readonly reason: Silence;
  /** One sentence for a reader; free of secrets. */
  readonly detail: string;
  /** No byte of it was sent, so it cannot have taken effect. */
  readonly unsent?: true;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Where the RevisionId of a step comes from: the answer to an earlier step of the same history. */
export interface Step {
  /** Unique in its history. */
  readonly key: string;
  readonly call: Call;
  /** Key of the earlier step whose answer's RevisionId replaces `revisionSlot` in this call. */
  readonly revisionFrom?: string;
  /** Key of the earlier PublishVersion whose Version replaces `versionSlot` in this call. */
  readonly versionFrom?: string;
}

/** Placeholder in a step's body or target for the RevisionId of an earlier answer. */
export const revisionSlot = "{{RevisionId}}";

/** Placeholder for the number of a version published earlier; percent-encoding a label does not change it. */
export const versionSlot = "__Version__";

/** Steps that are in flight together; a batch of one is an ordinary call. */
export type Batch = readonly Step[];

/** A step that has been sent: the call with its placeholders filled, and its answer. */
export interface Exchange {
  readonly step: Step;
  readonly call: Call;
  readonly answer: Answer;
}

const encoder = new TextEncoder();

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** Bytes of the body of a request. */
export function bodyBytes({ body, encoding }: Call): number {
  if (body === null) return 0;
  return encoding === "base64" ? atob(body).length : bytesOf(body);
}
