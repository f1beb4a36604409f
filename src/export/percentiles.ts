// The percentiles that tables and metrics have.
import { fioPercentiles } from "../analysis/histogram.ts";

/** fio's, and beyond them as far as the samples go; 100 is the maximum. */
export const exportedPercentiles: readonly number[] = [...fioPercentiles, 99.999, 99.9999, 100];
