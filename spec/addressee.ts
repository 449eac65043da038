import { readName } from "./function-name.ts";
import { type NeighbourRoute, type Route, valuesOf } from "./wire.ts";

/** The function, and the version or alias of it, that a path names in whatever spelling. */
export interface Addressee {
  readonly name: string;
  readonly qualifier: string | null;
  /** The function is named by its plain name, and the qualifier, if any, stands in the query. */
  readonly plain: boolean;
}

/** Reads whom a call that arranges or observes is for; null when the path and the query do not say. */
export function addressee(at: Route | NeighbourRoute): Addressee | null {
  if (at.functionName === null) return null;
  const [asked = null] = valuesOf(at.query, "Qualifier");
  const read = readName(at.functionName);
  if (read.kind !== "read") return { name: at.functionName, qualifier: asked, plain: true };
  if (read.qualifier !== null && asked !== null && read.qualifier !== asked) return null;
  const plain = read.format === "name" && read.qualifier === null;
  return { name: read.name, qualifier: read.qualifier ?? asked, plain };
}
