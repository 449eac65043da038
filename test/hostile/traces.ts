/** Finds secrets in a text, plain or encoded. The result names their index, not their value. */
export function whereFound(secrets: readonly string[], text: string): readonly string[] {
  const looks: readonly (readonly [how: string, text: string])[] = [
    ["as it is", text],
    ["percent-encoded", percentDecoded(percentDecoded(text))],
    ["with escapes of JSON", unescaped(unescaped(text))],
    ["with escapes of XML", withoutEntities(text)],
    ["with escapes of JSON and XML", withoutEntities(unescaped(unescaped(text)))],
    ["in base64", base64Decoded(text)],
    ["in base64 with escapes", base64Decoded(percentDecoded(withoutEntities(unescaped(text))))],
  ];
  return secrets.flatMap((secret, index) =>
    looks.filter(([, look]) => look.includes(secret)).map(([how]) => `secret ${index} ${how}`),
  );
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("latin1"),
  );
}

function unescaped(text: string): string {
  return text
    .replace(/\\+u([0-9a-f]{4})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\+(["\\/'])/g, "$1");
}

function withoutEntities(text: string): string {
  const names: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_all, name: string) => names[name] ?? "");
}

/** Decodes every long run of base64, at each of the four possible offsets of its first group. */
function base64Decoded(text: string): string {
  const runs = text.match(/[A-Za-z0-9+/_-]{16,}/g) ?? [];
  return runs
    .flatMap((run) => [0, 1, 2, 3].map((at) => Buffer.from(run.slice(at), "base64").toString("latin1")))
    .join("\n");
}
