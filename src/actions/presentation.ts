// A measurement as it is shown and saved, whatever was asked for.
import type { Measurement, MeasurementKind } from "../measurement/measurement.ts";
import { SavedResult } from "../results/save.ts";
import { comparisonReport } from "../text/compare.ts";
import type { ViewOptions } from "../text/compare-frame.ts";
import { normalReport } from "../text/normal.ts";
import { sweepReport } from "../text/sweep.ts";
import { asideText, type Verdict, verdictReport } from "../text/verdicts.ts";
import { gatedExitCode } from "./gates.ts";
import { exitCodeOf, type Presentation } from "./output.ts";
import { isStdout } from "./output-file.ts";

const reports: Readonly<
  Record<MeasurementKind, (measurement: Measurement, options: ViewOptions) => string>
> = { run: normalReport, compare: comparisonReport, sweep: sweepReport };

/** The measurement's report, its document and its files. */
export function presentationOf(
  measurement: Measurement,
  output?: string,
  verdicts: readonly Verdict[] = [],
): Presentation {
  const judged = verdicts.flatMap(({ entry }) => entry ?? []);
  const result = new SavedResult(measurement, judged);
  return {
    save: (over) => (isStdout(output) ? [] : result.save(over ?? output)),
    normal: (saved) => {
      const report = reports[measurement.kind](measurement, { saved });
      return verdicts.length === 0 ? report : `${report}\n${verdictReport(verdicts)}`;
    },
    json: () => result.text,
    aside: () => asideText(verdicts),
    exitCode: gatedExitCode(verdicts, exitCodeOf(measurement)),
  };
}
