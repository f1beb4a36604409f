// Which mode or point each block of the course is, in as many columns as the block has.
import type { SampleEvent } from "./events.ts";

/** Neighbouring columns of one block. */
interface Stretch {
  readonly block: SampleEvent["block"];
  /** Columns, without the gap behind them. */
  width: number;
  gap: number;
}

/**
 * A text as wide as `samples`, with the name of each block where it begins: as much of it as the block has room for. Where
 * that is the beginning of another name too, it is the block's number.
 * @param names all that there are
 */
export function blockNames(
  samples: readonly (SampleEvent | undefined)[],
  names: readonly string[],
): string {
  return stretchesOf(samples)
    .map(({ block, width, gap }) => {
      const text = shortened(block, width, names);
      return text.padEnd(width) + " ".repeat(gap);
    })
    .join("");
}

function stretchesOf(samples: readonly (SampleEvent | undefined)[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const sample of samples) {
    const last = stretches.at(-1);
    if (sample === undefined) {
      if (last) last.gap++;
    } else if (last?.block.number === sample.block.number) last.width++;
    else stretches.push({ block: sample.block, width: 1, gap: 0 });
  }
  return stretches;
}

function shortened(
  { name, number }: SampleEvent["block"],
  width: number,
  names: readonly string[],
): string {
  if (name.length <= width) return name;
  const start = name.slice(0, width);
  const isOne = names.every((other) => other === name || !other.startsWith(start));
  const text = isOne ? start : String(number);
  return text.length <= width ? text : "";
}
