import type { Fixture, FixtureFunction } from "../spec/fixture.ts";

const region = "us-west-2";
const account = "123456789012";

function fixtureFunction(name: string): FixtureFunction {
  const arn = `arn:aws:lambda:${region}:${account}:function:${name}`;
  const filling = (size: number) => "x".repeat(size - arn.length - 1);
  return {
    name,
    arn,
    versions: ["1", "2"],
    aliases: { live: "live", arn140: filling(140), arn141: filling(141), longest: "x".repeat(128) },
  };
}

/** A fixture for tests that send no requests. */
export const fixture: Fixture = {
  partition: "aws",
  region,
  account,
  main: fixtureFunction("conformance-main"),
  other: fixtureFunction("conformance-other"),
  unknownName: "conformance-unknown",
  recipe: { role: "arn:aws:iam::123456789012:role/conformance", runtime: "nodejs22.x", zip: "UEsFBg==" },
};
