/** The ARN of the function that a policy key is about. */
export function functionOf(key: string): string {
  return key.split(":").slice(0, 7).join(":");
}

/** What the ARNs of functions have in common that are named alike up to the last hyphen. */
export function stemOf(key: string): string {
  const arn = functionOf(key);
  return arn.slice(0, arn.lastIndexOf("-"));
}

/** Whether two keys are of two functions themselves, named alike up to the last hyphen. */
export function areSiblings(key: string, other: string): boolean {
  return (
    key !== other && key === functionOf(key) && other === functionOf(other) && stemOf(key) === stemOf(other)
  );
}
