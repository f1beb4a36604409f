// Names for files, tags and groups. What they are made from may come from a hostile file: letters, digits,
// dots, hyphens and underscores come out, and no two are the same.

/** Longer names fit no file system once an extension follows. */
const LONGEST = 100;

/** The text with anything but letters, digits, dots, hyphens and underscores replaced, no dot first. */
export function safeName(text: string): string {
  const safe = text.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^[.-]+/, "_");
  return safe.slice(0, LONGEST) || "_";
}

/** The safe names, those that come again with a number. */
export function uniqueNames(texts: readonly string[]): string[] {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return texts.map((text) => {
    const name = safeName(text);
    let number = next.get(name) ?? 1;
    const numbered = (): string => (number === 1 ? name : `${name}-${number}`);
    while (taken.has(numbered())) number++;
    taken.add(numbered());
    next.set(name, number);
    return numbered();
  });
}
