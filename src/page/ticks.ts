// Where axes have their marks: few, round, and never closer than they can be read.

/** Multiples of 1, 2 or 5 times a power of ten that lie in the range, at most `most`. */
export function linearTicks(low: number, high: number, most: number): number[] {
  const range = high - low;
  if (!(range > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(range / most));
  const step = [1, 2, 5, 10, 20].map((times) => times * power).find((s) => range / s <= most);
  return multiples(low, high, step ?? range);
}

const secondSteps = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300],
  ...[600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400],
];

/** Seconds at steps that clocks have. */
export function timeTicks(low: number, high: number, most: number): number[] {
  // A run of 8.01s still has its ticks at every other second.
  const step = secondSteps.find((seconds) => (high - low) / seconds <= most + 0.3);
  return step === undefined ? linearTicks(low, high, most) : multiples(low, high, step);
}

/** Every whole number, or every 2nd, 5th, 10th … */
export function wholeTicks(low: number, high: number, most: number): number[] {
  return linearTicks(low, high, most).filter(Number.isInteger);
}

const mantissas = [[1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]];

/** Ticks of a log axis: as fine as `most` allows, at worst every 2nd, 3rd … power of ten. */
export function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const powers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const candidates = mantissas.map((steps) =>
    powers
      .flatMap((power) => steps.map((step) => cleaned(step * 10 ** power)))
      .filter((tick) => tick >= low && tick <= high),
  );
  const fitting = candidates.find(({ length }) => length <= most && length >= 3);
  if (fitting) return fitting;
  if (high / low < 10) return linearTicks(low, high, most);
  const stride = Math.ceil((last - first) / most);
  return powers
    .filter((power) => power % stride === 0)
    .map((power) => cleaned(10 ** power))
    .filter((tick) => tick >= low && tick <= high);
}

/** 1 (0 %), 10 (90 %), 100 (99 %) … on the axis of 1 / (1 - quantile), and the median where it is wanted. */
export function ninesTicks(high: number, most: number, hasMedian: boolean): number[] {
  const powers = Math.max(0, Math.floor(Math.log10(high) + 1e-9));
  const stride = Math.max(1, Math.ceil((powers + 1) / most));
  const nines = Array.from({ length: powers + 1 }, (_, power) => power);
  const ticks = nines.filter((power) => power % stride === 0).map((power) => 10 ** power);
  return hasMedian && high >= 2 && stride === 1 ? [1, 2, ...ticks.slice(1)] : ticks;
}

/** Smallest and largest with some air, for a log axis; undefined without positive values. */
export function logDomain(values: Iterable<number>): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (value > 0 && value < low) low = value;
    if (value > high) high = value;
  }
  if (high === 0) return undefined;
  const air = (high / low) ** 0.05;
  const factor = Math.max(air, 1.06);
  return [low / factor, high * factor];
}

function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    cleaned((first + index) * step),
  );
}

/** 0.30000000000000004 is 0.3. */
function cleaned(value: number): number {
  return Number(value.toPrecision(12));
}
