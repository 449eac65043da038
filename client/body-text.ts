/** The text of a body that comes in chunks. */
export interface BodyText {
  add(chunk: Buffer): void;
  /** The whole; bytes that are not UTF-8 become U+FFFD. */
  end(): string;
}

/**
 * Makes an empty one. Chunks are kept as bytes until the end: the garbage collector counts bytes at once, and pieces of
 * text of huge answers only after they have filled the memory.
 */
export function bodyText(): BodyText {
  let chunks: Buffer[] = [];
  return {
    add(chunk) {
      chunks.push(chunk);
    },
    end() {
      const [only] = chunks;
      const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      chunks = [];
      return whole.toString("utf8");
    },
  };
}
