import { type FileHandle, open } from "node:fs/promises";
import type { Fault } from "../spec/fault.ts";

/** A file that grows line by line while a run goes on, so that one of a killed run holds what had happened. */
export interface LineFile {
  add(text: string): void;
  /** Adds the last lines; throws the Fault when any line could not be written. A full disk never ends a run. */
  end(text: string): Promise<void>;
}

/** Begins the file anew; `failed` makes the Fault of what went wrong, which is thrown at once where it cannot be opened. */
export async function lineFile(path: string, failed: (cause: unknown) => Fault): Promise<LineFile> {
  let file: FileHandle;
  try {
    file = await open(path, "w");
  } catch (cause) {
    throw failed(cause);
  }
  const lines = file.createWriteStream();
  let broken: Fault | null = null;
  lines.on("error", (cause) => {
    broken ??= failed(cause);
  });
  return {
    add: (text) => {
      if (broken === null) lines.write(text);
    },
    end: async (text) => {
      if (broken === null) await new Promise<void>((resolve) => lines.end(text, resolve));
      if (broken !== null) throw broken;
    },
  };
}
