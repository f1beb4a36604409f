// The MSI-X table and its Pending Bit Array, for people: vectors that are alike on one line.
import { hexText } from "../decode/shows.ts";
import type { MsixState, MsixVector } from "../nvme/msix.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";

/** " 0  unmasked, pending, message 0x…" and so on. */
export function msixLines(state: MsixState, { colors, columns }: Lines): string[] {
  const { table, pendingBits, isFunctionMasked } = state;
  const place = ({ bar, offset }: { bar: number; offset: number }): string =>
    `${hexText(offset, 4)} in BAR${bar}`;
  const about = [
    `table at ${place(table)}`,
    `pending bits at ${place(pendingBits)}`,
    ...(isFunctionMasked ? ["the function is masked"] : []),
  ];
  return [
    ...wrap({ text: "MSI-X", style: colors.dim }, about, "  ", columns),
    ...runs(state.vectors).map(([first, last]) => {
      const name = first.vector === last ? `${last}` : `${first.vector}-${last}`;
      return `  ${colors.dim(`vector ${name}`.padEnd(15))}${vectorText(first)}`;
    }),
  ];
}

/** First vectors and the numbers of the last ones that look the same. */
function runs(vectors: readonly MsixVector[]): [MsixVector, number][] {
  const found: [MsixVector, number][] = [];
  for (const one of vectors) {
    const last = found.at(-1);
    if (last !== undefined && vectorText(last[0]) === vectorText(one)) last[1] = one.vector;
    else found.push([one, one.vector]);
  }
  return found;
}

function vectorText({ address, data, isMasked, isPending }: MsixVector): string {
  const message =
    address === null || data === null
      ? "table not shown by the host"
      : address === 0n
        ? "no message"
        : `message ${hexText(data, 8)} to ${hexText(address, 8)}`;
  return [
    ...(isMasked === null ? [] : [isMasked ? "masked" : "unmasked"]),
    isPending === null ? "pending bits not shown" : isPending ? "pending" : "not pending",
    message,
  ].join(", ");
}
