// Options that make a command a gate of a pipeline, and how conditions look.
import { Option } from "commander";
import type { Section } from "./sections.ts";

/** `--fail-if` and `--strict`. */
export function gateOptions(): Option[] {
  const gate = new Option(
    "--fail-if <condition>",
    "end with exit code 99 when it is met; repeatable",
  );
  gate.argParser((condition: string, earlier: readonly string[] = []) => [...earlier, condition]);
  const strict = new Option(
    "--strict",
    "what is in doubt fails too: warnings, and in diff scatter",
  );
  return [gate, strict].map((option) => option.helpGroup("For pipelines:"));
}

/** Conditions about what was measured: those of `run`, `compare` and `sweep`. */
export const measuredConditions: Section = {
  heading: "Conditions:",
  rows: [
    ["p99 > 200us", "fail when p99 lies above 200 us, in any group"],
    ["poll.read.p99.95 > 1ms", "of one mode and direction; any percentile from p0.000001 on"],
    ["iops < 100k", "when there are fewer"],
    ["errors > 0", "commands that failed or were lost, and completions not believed"],
  ],
  text: [
    "A condition names what fails. Figures: iops mibps mean p50 p90 p99 p99.9 and any other percentile, max cpu " +
      "interrupts errors lost rejected; operators: > >= < <=, of counts == != too; units: ns us ms s, k M G. What " +
      "could not be judged (too few I/Os for a percentile, a setting that was not measured) ends in exit code 98 " +
      "unless a condition is met.",
  ],
};

/** Conditions about two results: those of `diff`. */
export const diffConditions: Section = {
  heading: "Conditions:",
  rows: [
    ["p99 > +5%", "fail when b's p99 lies more than 5 % above a's, in any group"],
    ["read.p99 > +10us", "of reads only, and by more than 10 us"],
    ["poll.cpu > +2%", "of one mode of a comparison"],
    ["iops < -3%", "when IOPS fell by more than 3 %"],
    ["b:p99 > 200us", "when b's own p99 lies above 200 us, whatever a's is"],
  ],
  text: [
    "Figures: iops mibps mean p50 p90 p99 p99.9 p99.99 p99.999 max cpu interrupts. A condition names what fails. A " +
      "change has a sign or a percentage; it fails when b lies beyond the limit and the 95 % interval excludes that " +
      "nothing changed; without an interval the value alone decides. A figure that the samples cannot carry is not " +
      "judged, and ends in exit code 98 unless another condition failed.",
  ],
};
