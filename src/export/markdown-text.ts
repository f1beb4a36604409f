// Text that is safe in GitHub's Markdown. Names of devices, files and modes are not ours: they must not end a
// table's cell, start markup or HTML, call a user or link to an issue.

/** Nothing here ends a code span, a cell of a table or a line. */
const PLAIN = /^[^`|\\\p{Cc}]*$/u;
/** No zero-width space is seen, but it keeps "@" and "#" from being taken for a user's or an issue's mark. */
const NO_LINK = "&#8203;";

/** A text as code, word for word. */
export function code(text: string): string {
  if (text === "") return "";
  if (PLAIN.test(text)) return `\`${text}\``;
  const safe = text.replace(/[^A-Za-z0-9 ._:/+-]/gu, (character) => entity(character));
  return `<code>${safe}</code>`;
}

/** A sentence: marks of Markdown and HTML stand for themselves. */
export function prose(text: string): string {
  return text
    .replace(/[\p{Cc}]/gu, " ")
    .replace(/[\\`*_{}[\]<>()|~&!]/g, (mark) => `\\${mark}`)
    .replace(/[@#]/g, (mark) => `${mark}${NO_LINK}`)
    .replace(/:\/\//g, `:${NO_LINK}//`)
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}${NO_LINK}.`);
}

/** A table: the first column to the left, the others to the right. Cells are Markdown, and have no line ends. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const align = head.map((_, column) => (column === 0 ? "---" : "--:"));
  return [head, align, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
