import fc from "fast-check";

/** A partition of AWS and a region in it. */
export interface Place {
  readonly partition: string;
  readonly region: string;
}

const regions: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "us-west-2", "eu-central-1", "ap-southeast-1"],
  "aws-cn": ["cn-north-1", "cn-northwest-1"],
  "aws-us-gov": ["us-gov-west-1", "us-gov-east-1"],
};

/** The three partitions of the document's time, each with regions that lie in it. */
export const places: readonly Place[] = Object.entries(regions).flatMap(([partition, inside]) =>
  inside.map((region) => ({ partition, region })),
);

/** A partition and a region in it. */
export const place: fc.Arbitrary<Place> = fc.constantFrom(...places);
