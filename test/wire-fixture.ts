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
