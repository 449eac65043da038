// Generated from spec/add-permission.yaml by `npm run generate`. Do not edit.

/** What the document demands of each member of a request; patterns as printed, for the whole value. */
export const constraints = {
  FunctionName: {
    in: "path",
    required: true,
    type: "string",
    minLength: 1,
    maxLength: 140,
    pattern:
      "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
  },
  Qualifier: {
    in: "query",
    required: false,
    type: "string",
    minLength: 1,
    maxLength: 128,
    pattern: "(|[a-zA-Z0-9$_-]+)",
  },
  Action: {
    in: "body",
    required: true,
    type: "string",
    pattern: "(lambda:[*]|lambda:[a-zA-Z]+|[*])",
  },
  EventSourceToken: {
    in: "body",
    required: false,
    type: "string",
    minLength: 0,
    maxLength: 256,
    pattern: "[a-zA-Z0-9._\\-]+",
  },
  Principal: {
    in: "body",
    required: true,
    type: "string",
    pattern: ".*",
  },
  RevisionId: {
    in: "body",
    required: false,
    type: "string",
  },
  SourceAccount: {
    in: "body",
    required: false,
    type: "string",
    pattern: "\\d{12}",
  },
  SourceArn: {
    in: "body",
    required: false,
    type: "string",
    pattern: "arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
  },
  StatementId: {
    in: "body",
    required: true,
    type: "string",
    minLength: 1,
    maxLength: 100,
    pattern: "([a-zA-Z0-9-_]+)",
  },
} as const;

/** The exceptions that the document lists, with their status codes. */
export const documentedErrors = {
  InvalidParameterValueException: 400,
  PolicyLengthExceededException: 400,
  PreconditionFailedException: 412,
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
  ServiceException: 500,
  TooManyRequestsException: 429,
} as const;

/** What the document says of a successful answer. */
export const success = {
  status: 201,
  contentType: "application/json",
} as const;
