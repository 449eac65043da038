/** Unspecified behaviours that a usual run does not probe: they need a socket and the suite `wire`, which can crash targets. */
export const onlyOnTheWire: readonly string[] = [
  "FunctionName.undecodable",
  "Qualifier.undecodable",
  "Principal.other",
  "SourceArn.control-character",
  "body.byte-order-mark",
  "body.large",
  "body.encoding",
  "body.lone-surrogate",
  "request.method",
  "request.other-parameter",
  "request.framing",
  "route.unusual-path",
];
