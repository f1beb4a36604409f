// What run, compare and sweep have in common: measured while a live view shows it, judged, printed and saved.
import { safeString } from "../ground/strings.ts";
import { whileLive } from "../live/live.ts";
import type { LiveFlags } from "../live/modes.ts";
import type { LivePlan } from "../live/stream.ts";
import type { Measurement } from "../measurement/measurement.ts";
import type { Sample } from "../run/monitor.ts";
import type { RunOptions } from "../run/runner.ts";
import type { Place } from "../run/turns.ts";
import type { Verdict } from "../text/verdicts.ts";
import { Kept } from "./kept.ts";
import type { OutputFlags } from "./output.ts";
import { presentationOf } from "./presentation.ts";
import { untilSignalled } from "./signals.ts";
import { traceTo } from "./trace.ts";

/** The flags that all of them have beside their workload's. */
export interface MeasureFlags extends OutputFlags, LiveFlags {
  readonly trace?: boolean;
}

/** What every measurement takes: how it was called, who wants its end, who looks on. */
export interface MeasureOptions extends Omit<RunOptions, "onSample"> {
  /** `place` is left out where there is only one. */
  readonly onSample?: (sample: Sample, place?: Place) => void;
}

/**
 * Measures, prints and saves; the exit code says what came of it.
 * @param judge what the conditions on the command line make of it
 */
export async function measureAndPresent(
  flags: MeasureFlags,
  plan: LivePlan,
  judge: (measurement: Measurement) => Verdict[],
  measure: (options: MeasureOptions) => Promise<Measurement>,
): Promise<void> {
  await untilSignalled((signal) =>
    whileLive(flags, plan, async (live) => {
      const kept = new Kept(flags, (measurement) =>
        presentationOf(measurement, flags.output, judge(measurement)),
      );
      // who does not wait for the device to be given back hears where everything is
      const onExit = (): void => tellOf(kept.files);
      process.once("exit", onExit);
      const measurement = await measure({
        argv: process.argv.slice(2),
        signal,
        onMeasured: (measured) => kept.keep(measured),
        onPreparing: (what) => live.preparing(what),
        onWaiting: (what) => live.waiting(what),
        ...(live.isWatched && { onSample: (sample, place) => live.sample(sample, place) }),
        ...traceTo(flags),
      });
      process.off("exit", onExit);
      live.measured(measurement);
      const { files, exitCode } = kept.finish(measurement);
      process.exitCode = exitCode;
      return files;
    }),
  );
}

/** The process ends before the report was printed. */
function tellOf(files: readonly string[] = []): void {
  for (const file of files) process.stderr.write(`phasebit: saved ${safeString(file)}\n`);
}
