// Text from elsewhere made fit to print, and the nearest word to a mistyped one.

/** Bytes as printable ASCII, anything else as \xNN; the padding (blanks and NULs) is cut from both ends. */
export function safeText(bytes: Uint8Array): string {
  let first = 0;
  let end = bytes.length;
  while (first < end && isPadding(bytes[first])) first++;
  while (end > first && isPadding(bytes[end - 1])) end--;
  return Array.from(bytes.subarray(first, end), safeCharacter).join("");
}

/** A string made safe likewise: what a user typed may hold terminal escapes when a script typed it. */
export function safeString(text: string): string {
  return Array.from(new TextEncoder().encode(text), safeCharacter).join("");
}

/** A message of ours, in which nothing that was typed or read moves a terminal; its lines are kept. */
export function withoutControls(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, (control) => safeCharacter(control.charCodeAt(0)));
}

/** What was typed, to be named: safe, and where it is nothing `""`. */
export function typedText(text: string): string {
  return text === "" ? '""' : safeString(text);
}

function isPadding(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x00;
}

function safeCharacter(byte: number): string {
  if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** The word of `words` that differs least from `typed`, or undefined when none is near. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  // Long input is no typing mistake; the bound also keeps the table below small.
  if (typed.length > 64) return undefined;
  const ranked = words
    .map((word) => ({ word, distance: editDistance(typed.toLowerCase(), word) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, best.word.length / 3) ? best.word : undefined;
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const deleted = (above[column] ?? 0) + 1;
      const inserted = (line[column - 1] ?? 0) + 1;
      line.push(Math.min(replaced, deleted, inserted));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}
