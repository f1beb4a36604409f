// Bytes as hexadecimal digits with their text beside them. Lines that repeat are one asterisk, as hexdump has it.

const ROW = 16;

/** Bytes of any content; what is no printable ASCII is a dot. @param from offset of the first byte */
export function hexDump(bytes: Uint8Array, from = 0): string[] {
  const lines: string[] = [];
  let last: string | undefined;
  let isRepeated = false;
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const text = rowText(row);
    const isEnd = at + ROW >= bytes.length;
    if (text === last && !isEnd) {
      if (!isRepeated) lines.push("*");
      isRepeated = true;
      continue;
    }
    last = text;
    isRepeated = false;
    lines.push(`${(from + at).toString(16).padStart(8, "0")}  ${text}`);
  }
  return lines;
}

function rowText(row: Uint8Array): string {
  const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, "0"));
  const halves = [digits.slice(0, ROW / 2), digits.slice(ROW / 2)].map((half) => half.join(" "));
  const text = Array.from(row, (byte) =>
    byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : ".",
  );
  return `${halves.join("  ").padEnd(ROW * 3)}  |${text.join("")}|`;
}
