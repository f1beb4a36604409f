// Bytes as hexadecimal digits and as characters, sixteen in a line, with lines that repeat left out.
const PER_LINE = 16;

/**
 * @param most bytes that are shown
 * @param whole how many there are in all
 */
export function hexDump(bytes: Uint8Array, most: number, whole = bytes.length): string[] {
  const part = bytes.subarray(0, most);
  const lines: string[] = [];
  let last = "";
  for (let at = 0; at < part.length; at += PER_LINE) {
    const row = part.subarray(at, at + PER_LINE);
    const text = rowText(row);
    const isLast = at + PER_LINE >= part.length;
    if (text === last && !isLast) {
      if (lines.at(-1) !== "*") lines.push("*");
      continue;
    }
    last = text;
    lines.push(`${at.toString(16).padStart(8, "0")}  ${text}`);
  }
  const left = whole - part.length;
  return left > 0 ? [...lines, `${left} bytes more`] : lines;
}

function rowText(row: Uint8Array): string {
  const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, "0"));
  const halves = [digits.slice(0, 8).join(" "), digits.slice(8).join(" ")];
  const characters = Array.from(row, (byte) =>
    byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : ".",
  );
  return `${halves.join("  ").padEnd(PER_LINE * 3)}  ${characters.join("")}`;
}
