import { StringDecoder } from "node:string_decoder";

/** The text of a body that comes in chunks. Each is decoded as it comes, so that none is kept twice. */
export interface BodyText {
  add(chunk: Buffer): void;
  /** The whole; bytes that are not UTF-8 become U+FFFD. */
  end(): string;
}

/** Makes an empty one. Most bodies are one chunk, which needs no decoder. */
export function bodyText(): BodyText {
  let first: Buffer | undefined;
  let text = "";
  let decoder: StringDecoder | undefined;
  return {
    add(chunk) {
      if (first === undefined) {
        first = chunk;
        return;
      }
      if (decoder === undefined) {
        decoder = new StringDecoder("utf8");
        text = decoder.write(first);
      }
      text += decoder.write(chunk);
    },
    end: () => (decoder === undefined ? (first?.toString("utf8") ?? "") : text + decoder.end()),
  };
}
