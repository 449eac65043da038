import type { Round } from "../spec/exchange.ts";

/** The history with the names of the stage on which it is played, also where letters of a name are percent-encoded. */
export function renamed(
  rounds: readonly Round[],
  names: readonly string[],
  now: readonly string[],
): readonly Round[] {
  if (names.join() === now.join()) return rounds;
  const renamers = names.map((name, index) => renamer(name, now[index] ?? name));
  const rename = (text: string) => renamers.reduce((sum, one) => one(sum), text);
  return rounds.map((round) =>
    round.map((step) => {
      const { call } = step;
      const body = call.body === null || call.encoding === "base64" ? call.body : rename(call.body);
      const shared = call.connection === undefined ? {} : { connection: rename(call.connection) };
      return { ...step, call: { ...call, target: rename(call.target), body, ...shared } };
    }),
  );
}

function renamer(from: string, to: string): (text: string) => string {
  const letters = Array.from(from);
  const anyHow = new RegExp(letters.map((letter) => `(?:${letter}|${percent(letter)})`).join(""), "gi");
  return (text) => {
    if (!text.includes("%")) return text.replaceAll(from, to);
    return text.replace(anyHow, (found) => (decodeURIComponent(found) === from ? spelt(to, found) : found));
  };
}

/** The name with the same letters percent-encoded, and in the same way, as in the sample; by their place. */
function spelt(name: string, sample: string): string {
  const marks = sample.match(/%..|./g) ?? [];
  const lower = /%\d?[a-f]/.test(sample);
  return Array.from(name, (letter, at) => {
    const mark = marks[Math.min(at, marks.length - 1)] ?? "";
    if (!mark.startsWith("%")) return letter;
    return lower ? percent(letter) : percent(letter).toUpperCase();
  }).join("");
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`;
}
