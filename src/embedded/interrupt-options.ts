// The embedded controller's interrupts in its address.
//
//   interrupts=msix+msi+intx   the kinds that the function has
//   vectors=65                 of MSI-X; MSI has as many messages as can be told: a power of two, 32 at most
import { BUS_VECTORS_MAX } from "../../assembly/layout.ts";
import { type InterruptKind, interruptKinds } from "../transport/wiring.ts";
import { parameterError } from "./parameter.ts";

/** Vectors there are of each kind; 0 where the function does not have it. */
export type EmbeddedVectors = Readonly<Record<InterruptKind, number>>;

export const interruptKeys = ["interrupts", "vectors"];

const DEFAULT_VECTORS = 65;
const MOST_MESSAGES = 32;

/** The value of a parameter, if it was given. */
type Given = (key: string) => string | undefined;

/** @throws PhasebitError USAGE for a kind or a number that is none. */
export function vectorsOf(given: Given): EmbeddedVectors {
  const kinds = kindsOf(given("interrupts") ?? interruptKinds.join("+"));
  const vectors = count("vectors", given("vectors"), DEFAULT_VECTORS, BUS_VECTORS_MAX);
  const has = (kind: InterruptKind, most: number): number => (kinds.includes(kind) ? most : 0);
  return {
    msix: has("msix", vectors),
    // MMC tells powers of two only
    msi: has("msi", 2 ** Math.floor(Math.log2(Math.min(vectors, MOST_MESSAGES)))),
    intx: has("intx", 1),
  };
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
