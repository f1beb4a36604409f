// The file that --input names: read whole, and refused before that when it is none to be read.
import { readFileSync, type Stats, statSync } from "node:fs";
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";

/**
 * Its bytes, 1 to `most`.
 * @param rule what `most` means: "a feature takes 1 to 4096"
 * @throws PhasebitError USAGE for what is no regular file, cannot be read, or has too few or too many bytes
 */
export function inputBytes(path: string, most: number, rule: string): Uint8Array {
  if (path === "-") throw bad(path, "stdin is not read here; give the name of a file");
  const { isRegular, size } = looked(path);
  // a device or a pipe may have no end
  if (!isRegular) throw bad(path, "is not a regular file");
  if (size < 1 || size > most) throw bad(path, `has ${size} bytes, ${rule}`);
  return tried(path, () => readFileSync(path));
}

function looked(path: string): { readonly isRegular: boolean; readonly size: number } {
  const stats = tried(path, (): Stats => statSync(path));
  return { isRegular: stats.isFile(), size: stats.size };
}

function tried<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw bad(path, code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`);
  }
}

function bad(path: string, why: string): Error {
  return usage(`--input ${typedText(path)}: ${why}`);
}
