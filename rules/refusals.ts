import type { RefusalReason, RuleBody } from "../oracle/rule.ts";
import type { ConstraintRuleId } from "../spec/constraint.ts";
import { anyClientError, anyRefusal, either, exception, refuses, status } from "./define.ts";

const invalid = exception("InvalidParameterValueException");
const notFound = exception("ResourceNotFoundException");
const conflict = exception("ResourceConflictException");
const stale = exception("PreconditionFailedException");

/** An ARN of another place may be refused as not found, or as an invalid parameter. */
const place = "URI Request Parameters, FunctionName: full ARN; Errors, ResourceNotFoundException,";

/** Requests that must be refused, beside those that break a constraint of one member. */
export const refusalRules = {
  "body.malformed-json": refuses("body.malformed-json", anyClientError, {
    title: "A body that is not JSON is refused with a 4xx",
    basis: "implied",
    source: "Request Body: data in JSON format",
    clauses: ["R010"],
  }),
  "body.not-an-object": refuses("body.not-an-object", anyClientError, {
    title: "A JSON body that is not an object is refused with a 4xx",
    basis: "implied",
    source: "Request Syntax: the body is an object",
    clauses: ["R010"],
  }),
  "body.empty": refuses("body.empty", anyClientError, {
    title: "An empty body is refused with a 4xx",
    basis: "implied",
    source: "Request Body: Action, Principal and StatementId are required",
    clauses: ["R011"],
  }),
  "body.letter-case": refuses(
    "body.letter-case",
    anyClientError,
    {
      title: "A required member whose name is in another letter case is missing: refused with a 4xx",
      basis: "implied",
      source: "Request Syntax: the names of the members; Request Body: Action, Principal and StatementId",
      clauses: ["R016"],
    },
    { unless: ["Action.required", "Principal.required", "StatementId.required", "errors.several-faults"] },
  ),
  "Principal.neither": refuses("Principal.neither", invalid, {
    title: "A Principal that is neither a service nor an account is refused",
    basis: "implied",
    source: "Request Body, Principal: an AWS service or account",
    clauses: ["R085"],
    needs: ["meaning"],
  }),
  "Principal.account-digits": refuses("Principal.account-digits", invalid, {
    title: "A Principal of digits that is not twelve digits long is refused",
    basis: "implied",
    source: "Request Body, Principal: an AWS service or account",
    clauses: ["R087"],
    needs: ["meaning"],
  }),
  "Principal.blank": refuses("Principal.blank", anyClientError, {
    title: "A Principal that is blank or has several words is refused",
    basis: "implied",
    source: "Request Body, Principal: an AWS service or account",
    clauses: ["R090"],
    needs: ["meaning"],
  }),
  "FunctionName.empty": refuses("FunctionName.empty", anyRefusal, {
    title: "A path with an empty FunctionName adds nothing",
    basis: "stated",
    source: "URI Request Parameters, FunctionName: required, minimum length 1",
    clauses: ["R031", "R042"],
    needs: ["routes"],
  }),
  "Qualifier.disagrees": refuses("Qualifier.disagrees", status(400, 404), {
    title: "A version or alias in the name that contradicts Qualifier is refused",
    basis: "implied",
    source: "URI Request Parameters: FunctionName may carry a qualifier, Qualifier is one",
    clauses: ["R057"],
    needs: ["versions", "aliases"],
  }),
  "route.other-method": refuses("route.other-method", anyRefusal, {
    title: "PUT and PATCH on the policy add nothing",
    basis: "stated",
    source: "Request Syntax: POST",
    clauses: ["R002"],
    needs: ["routes"],
  }),
  "route.other-version": refuses("route.other-version", anyRefusal, {
    title: "A path under another API version, or none, adds nothing",
    basis: "stated",
    source: "Request Syntax: /2015-03-31/functions/FunctionName/policy",
    clauses: ["R003"],
    needs: ["routes"],
  }),
  "resource.unknown-function": refuses("resource.unknown-function", notFound, {
    title: "A function that was never created is not found",
    basis: "stated",
    source: "Errors, ResourceNotFoundException",
    clauses: ["R159", "R027", "R029"],
    needs: ["state"],
  }),
  "resource.deleted-function": refuses("resource.deleted-function", notFound, {
    title: "A function that was deleted is not found",
    basis: "stated",
    source: "Errors, ResourceNotFoundException",
    clauses: ["R160"],
    needs: ["state", "other"],
  }),
  "resource.unknown-version": refuses("resource.unknown-version", notFound, {
    title: "A version that was never published is not found",
    basis: "stated",
    source: "URI Request Parameters, Qualifier; Errors, ResourceNotFoundException",
    clauses: ["R054"],
    needs: ["state", "versions", "version-list"],
  }),
  "resource.unknown-alias": refuses("resource.unknown-alias", notFound, {
    title: "An alias that does not exist is not found, also one with `$` or of 128 characters",
    basis: "stated",
    source: "URI Request Parameters, Qualifier; Errors, ResourceNotFoundException",
    clauses: ["R055", "R048", "R053"],
    needs: ["state"],
  }),
  "resource.other-region": refuses(
    "resource.other-region",
    either(status(403, 404), invalid),
    {
      title: "A full ARN of another region is refused as not found or as invalid",
      basis: "implied",
      source: `${place} InvalidParameterValueException`,
      clauses: ["R044"],
      needs: ["state"],
    },
    { recorded: notFound },
  ),
  "resource.other-account": refuses("resource.other-account", anyRefusal, {
    title: "A full ARN of another account is refused",
    basis: "implied",
    source: "URI Request Parameters, FunctionName: full ARN; Errors, ResourceNotFoundException",
    clauses: ["R043"],
    needs: ["state", "full-arn"],
  }),
  "resource.other-partition": refuses("resource.other-partition", either(status(403, 404), invalid), {
    title: "A full ARN of another partition is refused as not found or as invalid",
    basis: "stated",
    source: `${place} InvalidParameterValueException`,
    clauses: ["R040"],
    needs: ["state"],
  }),
  "StatementId.duplicate": refuses("StatementId.duplicate", conflict, {
    title: "A StatementId that the policy already holds is refused",
    basis: "stated",
    source: "Request Body, StatementId: differentiates statements; Errors, ResourceConflictException",
    clauses: ["R131"],
    needs: ["state"],
  }),
  "StatementId.duplicate-content": refuses("StatementId.duplicate-content", conflict, {
    title: "Sending the same statement again is refused",
    basis: "stated",
    source: "Request Body, StatementId: differentiates statements; Errors, ResourceConflictException",
    clauses: ["R132"],
    needs: ["state"],
  }),
  "RevisionId.never-seen": refuses("RevisionId.never-seen", stale, {
    title: "A RevisionId that the target never gave out is refused",
    basis: "stated",
    source: "Request Body, RevisionId; Errors, PreconditionFailedException",
    clauses: ["R096", "R099"],
    needs: ["state"],
  }),
  "RevisionId.stale": refuses(
    "RevisionId.stale",
    stale,
    {
      title: "A RevisionId from before another change is refused",
      basis: "stated",
      source: "Request Body, RevisionId; Errors, PreconditionFailedException",
      clauses: ["R098"],
      needs: ["state", "policy", "revisions", "policy-revisions"],
      // Where no addition changes the revision, none is from before another change.
      hiddenBy: /^revision\.changes$/,
    },
    { unless: ["RevisionId.never-seen"] },
  ),
  "RevisionId.used": refuses(
    "RevisionId.used",
    stale,
    {
      title: "A RevisionId is valid for one change only",
      basis: "stated",
      source: "Request Body, RevisionId; Errors, PreconditionFailedException",
      clauses: ["R104"],
      needs: ["state", "policy", "revisions"],
    },
    { unless: ["RevisionId.never-seen", "revision.changes"] },
  ),
  "RevisionId.foreign": refuses(
    "RevisionId.foreign",
    stale,
    {
      title: "The RevisionId of another policy is refused",
      basis: "stated",
      source: "Request Body, RevisionId; Errors, PreconditionFailedException",
      clauses: ["R098"],
      needs: ["state", "policy", "revisions", "policy-revisions", "other"],
    },
    { unless: ["RevisionId.never-seen"] },
  ),
} as const satisfies Record<Exclude<RefusalReason, ConstraintRuleId>, RuleBody>;
