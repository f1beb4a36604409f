// What resets did to a device, for people.
import { isCarried, meanNs, percentileNs } from "../analysis/histogram.ts";
import { safeString } from "../ground/strings.ts";
import { formatBytes, formatNs } from "../ground/units.ts";
import type { Exercise } from "../run/reset/exercise.ts";
import type { Finding } from "../run/reset/findings.ts";
import type { ExerciseKind } from "../run/reset/kinds.ts";
import type { LoadCounts } from "../run/reset/load.ts";
import type { StepName } from "../run/reset/steps.ts";
import { type Row, table } from "./columns.ts";
import { field, headingRow, type Lines } from "./compare-frame.ts";

const KIND_WORDS: Readonly<Record<ExerciseKind, string>> = {
  controller: "Controller Reset (CC.EN)",
  shutdown: "shutdown (CC.SHN=1)",
  abrupt: "abrupt shutdown (CC.SHN=2)",
  subsystem: "NVM Subsystem Reset (NSSR)",
  function: "Function Level Reset",
  hot: "hot reset",
};

const STEP_WORDS: Readonly<Record<StepName, string>> = {
  shutdown: "SHST=2",
  reset: "RDY=0",
  ready: "RDY=1",
  identify: "Identify",
  queues: "queues",
  "first-io": "first read",
  total: "all of it",
};

/** The report of `phasebit reset`. */
export function resetLines(address: string, exercise: Exercise, lines: Lines): string[] {
  const { kind, asked, done, interrupted, load } = exercise;
  const { colors } = lines;
  const times = asked === done ? `${done}` : `${done} of ${asked}`;
  const why = interrupted ? ", interrupted" : "";
  const how = load === null ? "" : ", reads in flight";
  return [
    ...field("device", colors.cyan, address, lines),
    ...field("reset", colors.cyan, `${KIND_WORDS[kind]}, ${times} times${how}${why}`, lines),
    "",
    ...registerRows(exercise, lines),
    "",
    ...stepRows(exercise, lines),
    "",
    ...field("feature", colors.cyan, featureWords(exercise), lines),
    ...field("data", colors.cyan, dataWords(exercise), lines),
    ...(load === null ? [] : field("load", colors.cyan, loadWords(load, exercise), lines)),
    ...findingLines(exercise.findings, lines),
  ];
}

/** Of the last reset: before it, when it was disabled, and when it was back. */
function registerRows({ registers }: Exercise, { colors, columns }: Lines): string[] {
  const shots = [registers.before, registers.disabled, registers.after];
  const rows = (["cc", "csts", "aqa"] as const).map((name) => ({
    label: { text: name.toUpperCase(), style: colors.cyan },
    cells: shots.map((shot) => (shot === null ? "-" : shot[name].toString(16).padStart(8, "0"))),
  }));
  const wide: Row[] = [headingRow("", ["before", "RDY=0", "after"], colors), ...rows];
  return table(wide, columns).map((line) => line.trimEnd());
}

function stepRows({ steps }: Exercise, { colors, columns }: Lines): string[] {
  const rows = steps.map(({ name, times }): Row => {
    const p99 = isCarried(times.total, 99) ? formatNs(percentileNs(times, 99)) : "-";
    const cells = [times.minNs, meanNs(times), percentileNs(times, 50)].map(formatNs);
    return {
      label: { text: STEP_WORDS[name].padEnd(11), style: colors.cyan },
      cells: [`${times.total}`, ...cells, p99, formatNs(times.maxNs)],
    };
  });
  const heading = headingRow("step", ["count", "min", "mean", "p50", "p99", "max"], colors);
  return table([heading, ...rows], columns);
}

function featureWords({ features: { before, after } }: Exercise): string {
  if (after === null) return "not known: the controller did not come back";
  const same = [...before].filter(([fid, value]) => after.get(fid) === value).length;
  return `${same} of ${before.size} as they were before one of them was changed`;
}

function dataWords({ comparedBytes, done, findings }: Exercise): string {
  if (done === 0) return "not known: the device did not come back";
  const isSame = findings.every(({ name }) => name !== "data-differs");
  const size = formatBytes(comparedBytes);
  return `${size} read after each reset, ${isSame ? "as before" : "not as before"}`;
}

function loadWords(load: LoadCounts, { findings }: Exercise): string {
  const { submitted, completed, failed, lost } = load;
  const late = findings.some(({ name }) => name === "written-after-reset");
  return (
    `${submitted} reads: ${completed} completed, ${failed} with an error, ${lost} ended with the reset; ` +
    (late ? "some were completed after it" : "none was completed after it")
  );
}

/** The first of each name: a device that does not follow a rule does not at each reset. */
function findingLines(findings: readonly Finding[], lines: Lines): string[] {
  const { colors } = lines;
  if (findings.length === 0) return field("found", colors.green, "nothing", lines);
  return [...new Set(findings.map(({ name }) => name))].flatMap((name) => {
    const own = findings.filter((finding) => finding.name === name);
    const { reset, text } = own[0]!;
    const often = own.length === 1 ? "" : ` and ${own.length - 1} more`;
    return field(
      "found",
      colors.red,
      `${name}, reset ${reset}${often}: ${safeString(text)}`,
      lines,
    );
  });
}
