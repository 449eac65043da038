import { canonicalBody } from "../generators/valid-requests.ts";
import { addPermission, label } from "../spec/calls.ts";
import { type GroupedRequest, grouped, type Suite } from "./case.ts";

/** Provokes the documented 429 and 500 on targets that offer a switch for it: a Prefer header. */
export const faults: Suite = {
  name: "faults",
  title: "The documented 429 and 500, where the target can be asked for them",
  testCases: () => grouped("faults/provoked", provoked, (index) => `pf${index}`, { needs: ["faults"] }),
};

const provoked: readonly GroupedRequest[] = [429, 500].map((code) => ({
  label: String(code),
  call: (fixture, sid) =>
    addPermission({
      functionName: label(fixture.main.name),
      body: canonicalBody(sid),
      headers: [
        ["Content-Type", "application/json"],
        ["Prefer", `code=${code}`],
      ],
    }),
}));
