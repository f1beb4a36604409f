// The embedded controller's interrupts in its address.
//
//   interrupts=msix+msi+intx   the kinds that the function has
//   vectors=65                 of MSI-X
//   msi=32                     messages of MSI (MMC): a power of two, and not more than there are vectors of MSI-X
//   host-messages=32           of them the host has so many: whoever asks for more gets these
import { BUS_VECTORS_MAX } from "../../assembly/layout.ts";
import { type InterruptKind, interruptKinds } from "../transport/wiring.ts";
import { parameterError } from "./parameter.ts";

/** Vectors there are of each kind; 0 where the function does not have it. */
export type EmbeddedVectors = Readonly<Record<InterruptKind, number>>;

export const interruptKeys = ["interrupts", "vectors", "msi", "host-messages"];

const DEFAULT_VECTORS = 65;
const MOST_MESSAGES = 32;

/** The value of a parameter, if it was given. */
type Given = (key: string) => string | undefined;

/** @throws PhasebitError USAGE for a kind or a number that is none. */
export function vectorsOf(given: Given): EmbeddedVectors {
  const kinds = kindsOf(given("interrupts") ?? interruptKinds.join("+"));
  const vectors = count("vectors", given("vectors"), DEFAULT_VECTORS, BUS_VECTORS_MAX);
  const has = (kind: InterruptKind, most: number): number => (kinds.includes(kind) ? most : 0);
  // MMC tells powers of two only
  const most = 2 ** Math.floor(Math.log2(Math.min(vectors, MOST_MESSAGES)));
  return {
    msix: has("msix", vectors),
    msi: has("msi", messages("msi", given("msi"), most)),
    intx: has("intx", 1),
  };
}

/** @throws PhasebitError USAGE for a number that is none. */
export function hostMessagesOf(given: Given): number {
  return messages("host-messages", given("host-messages"), MOST_MESSAGES);
}

function kindsOf(text: string): readonly InterruptKind[] {
  const parts = text.split("+");
  const found = interruptKinds.filter((kind) => parts.includes(kind));
  if (found.length === parts.length) return found;
  throw parameterError(
    "interrupts",
    text,
    `expected one or more of ${interruptKinds.join("+")}, each once`,
  );
}

function count(key: string, text: string | undefined, absent: number, most: number): number {
  const value = text === undefined ? absent : /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw parameterError(key, text ?? "", `expected a whole number from 1 to ${most}`);
}

function messages(key: string, text: string | undefined, most: number): number {
  const value = count(key, text, most, most);
  if (Number.isInteger(Math.log2(value))) return value;
  throw parameterError(key, text ?? "", "MSI has a power of two of them");
}
