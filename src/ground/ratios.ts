// How many times one figure is another, from one end of an interval to the other.

/** Decimals beyond which nobody reads. */
const MOST = 5;

/** "0.60 to 0.64": as many decimals as tell the ends from each other, from 1 and from 0, and none where they say nothing. */
export function formatRatios([low, high]: readonly [number, number]): string {
  const width = high - low;
  const wanted = width > 0 ? Math.ceil(-Math.log10(width)) : 0;
  for (let decimals = Math.min(MOST, Math.max(2, wanted)); ; decimals++) {
    const ends = [low, high].map((end) => end.toFixed(width >= 10 && end >= 100 ? 0 : decimals));
    if (decimals >= MOST || ends.every((end) => Number(end) !== 1 && (low <= 0 || Number(end) > 0)))
      return [...new Set(ends)].join(" to ");
  }
}
