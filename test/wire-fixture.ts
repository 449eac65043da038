import type { Fixture } from "../spec/fixture.ts";

/** A fixture for building requests that are not sent. */
export const anyFixture: Fixture = {
  partition: "aws",
  region: "us-east-1",
  account: "123456789012",
  main: {
    name: "f",
    arn: "arn:aws:lambda:us-east-1:123456789012:function:f",
    versions: [],
    aliases: null,
  },
  other: null,
  unknownName: "none",
  recipe: null,
};

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
