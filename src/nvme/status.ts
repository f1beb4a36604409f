// Names of status codes, for people.
import { Status } from "../../assembly/spec/status.ts";

/** Status Code Types (NVMe 1.4, section 4.6.1.1): what a code is when it has no name here. */
const types: Readonly<Record<number, string>> = {
  0: "Generic Command Status",
  1: "Command Specific Status",
  2: "Media and Data Integrity Error",
  3: "Path Related Status",
  7: "Vendor Specific",
};

const acronyms = new Set(["LBA", "SQ", "CMB", "PRP", "SGL", "ID"]);
const smallWords = new Set(["of", "or", "to"]);

/** The name of a status code (SCT << 8 | SC): "LBA Out of Range (0/80)", the digits hexadecimal. */
export function statusName(code: number): string {
  const sct = code >> 8;
  const sc = (code & 0xff).toString(16).padStart(2, "0");
  const name = Status[code];
  const words = name ? name.split("_").map(word).join(" ") : (types[sct] ?? "Reserved");
  return `${words} (${sct.toString(16)}/${sc})`;
}

function word(upper: string, position: number): string {
  if (acronyms.has(upper)) return upper;
  const lower = upper.toLowerCase();
  if (position > 0 && smallWords.has(lower)) return lower;
  return upper.charAt(0) + lower.slice(1);
}
