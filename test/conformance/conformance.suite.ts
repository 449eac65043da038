import { defineConformance } from "../../api/vitest.ts";
import { referenceHandler } from "../reference-handler.ts";

const { CONFORMANCE_ENDPOINT: endpoint = "", CONFORMANCE_FUNCTION: functionName } = process.env;

// One test for each rule: npx vitest run --project conformance
if (endpoint === "") defineConformance(referenceHandler(), { name: "the reference" });
else
  defineConformance(endpoint, {
    functionName,
    stateless: process.env.CONFORMANCE_STATELESS === "true",
  });
