// phasebit export: a result in the formats of other tools.
import { hgrm } from "../analysis/histogram.ts";
import { type FioGroup, fioGroups } from "../fio/sources.ts";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { type Distribution, groupsOf } from "../measurement/groups.ts";
import { shareText } from "../measurement/shortfall.ts";
import { documentOf } from "../results/document.ts";
import type { Result } from "../results/read.ts";
import { jsonText } from "../results/save.ts";
import { percentileTable, seriesTable } from "./csv.ts";
import { type ExportFormat, type ExportOptions, optionFormats } from "./export-options.ts";
import { fioJson } from "./fio-json.ts";
import { hlog, timedIos } from "./hlog.ts";
import { markdown } from "./markdown.ts";
import { type MetricsOptions, openMetrics } from "./openmetrics.ts";
import { selected, selectedGroups } from "./select.ts";
import { stemOf } from "./stem.ts";

export interface ExportedFile {
  /** In a folder. */
  readonly name: string;
  /** What it is about: a distribution, or the result. */
  readonly of: string;
  readonly text: string;
}

/** What an export gives: one file, of `hgrm` one for each distribution, of `--split` one for each group of fio's. */
export interface Exported {
  readonly files: readonly ExportedFile[];
  /** What the reader has to know of them, a sentence each. */
  readonly notes: readonly string[];
}

type Exporter = (result: Result, options: ExportOptions) => Exported;

const exporters: Readonly<Record<ExportFormat, Exporter>> = {
  hgrm: hgrmFiles,
  hlog: hlogFile,
  csv: csvFile,
  json: (result) => file(result, "json", jsonText(documentOf(result.measurement))),
  "fio-json": fioFiles,
  openmetrics: openMetricsFile,
  prometheus: prometheusFile,
  markdown: (result) => file(result, "md", markdown(result)),
};

/**
 * The result in the format that the options name.
 * @throws PhasebitError USAGE for a selection that the result does not have.
 */
export function exported(result: Result, options: ExportOptions): Exported {
  const { files, notes } = exporters[options.format](result, options);
  const share = shareText(result.measurement.warnings);
  return { files, notes: share === "" ? notes : [`is partial: ${share}`, ...notes] };
}

/** @throws PhasebitError USAGE for an option that the format does not know */
export function requireFitting(options: ExportOptions): void {
  for (const [name, formats] of Object.entries(optionFormats)) {
    const isGiven = options[name as keyof ExportOptions] !== undefined;
    if (isGiven && !formats.includes(options.format)) {
      throw usage(`--${flagOf(name)}: is for --format ${formats.join(", ")}; leave it out`);
    }
  }
}

/** "allPercentiles" is --all-percentiles. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function hgrmFiles(result: Result, { select, unit = "us" }: ExportOptions): Exported {
  const distributions = chosen(result, select);
  if (distributions.length === 0) throw usage(`${safeString(result.file)}: has no latencies`);
  const stem = stemOf(result.file);
  const files = distributions.map(({ name, latency }) => ({
    name: `${stem}-${name}.${unit}.hgrm`,
    of: name,
    text: hgrm(latency, unit),
  }));
  return { files, notes: [] };
}

function hlogFile(result: Result, { select, untagged = false }: ExportOptions): Exported {
  const distributions = chosen(result, select);
  const groups = [...new Set(distributions.map(({ group }) => group))];
  if (untagged && groups.length > 1) {
    const names = groups.map(({ name }) => name).join(", ");
    throw usage(`--untagged: would add up ${names}; name one of them with --select`);
  }
  const { startedMs, warnings } = result.measurement;
  const partial = shareText(warnings);
  return {
    ...file(result, "hlog", hlog(distributions, { startedMs, untagged, partial })),
    notes: timeNotes(distributions),
  };
}

function timeNotes(distributions: readonly Distribution[]): string[] {
  if (distributions.some(({ group }) => !group.hasTime)) {
    return ["the result has no histograms of intervals: each line stands for the whole run"];
  }
  const ios = distributions.reduce((sum, { latency }) => sum + latency.total, 0);
  const timed = timedIos(distributions);
  return timed === ios ? [] : [`the intervals hold ${timed} of the ${ios} I/Os`];
}

function csvFile(result: Result, { select, table = "percentiles" }: ExportOptions): Exported {
  const distributions = chosen(result, select);
  const text = { percentiles: percentileTable, series: seriesTable }[table];
  return file(result, `${table}.csv`, text(result, distributions));
}

function fioFiles(result: Result, options: ExportOptions): Exported {
  const { select, bins = false, allPercentiles = false, split = false } = options;
  const chosen = new Set(
    selectedGroups(groupsOf(result.measurement), select).map(({ name }) => name),
  );
  const groups = fioGroups(result.measurement).filter(({ of }) => chosen.has(of.name));
  const text = (own: readonly FioGroup[]): string =>
    fioJson(result, own, { bins, percentiles: allPercentiles ? "all" : "carried" });
  if (!split) return file(result, "fio.json", text(groups));
  const stem = stemOf(result.file);
  const files = groups.map((group) => ({
    name: `${[stem, ...(group.name === "" ? [] : [group.name])].join("-")}.fio.json`,
    of: group.name,
    text: text([group]),
  }));
  return { files, notes: [] };
}

function openMetricsFile(result: Result, options: ExportOptions): Exported {
  const { select, native = false, timestamps = false } = options;
  const version = native ? 2 : 1;
  return file(result, "om.txt", metrics(result, select, { version, timestamps }));
}

/** node_exporter refuses files that bear timestamps, and reads those called .prom only. */
function prometheusFile(result: Result, { select }: ExportOptions): Exported {
  const options = { version: "prometheus", timestamps: false } as const;
  return file(result, "prom", metrics(result, select, options));
}

function metrics(result: Result, select: string | undefined, options: MetricsOptions): string {
  const groups = groupsOf(result.measurement);
  return openMetrics(result, groups, selected(groups, select), options);
}

function chosen(result: Result, select: string | undefined): Distribution[] {
  return selected(groupsOf(result.measurement), select);
}

function file(result: Result, extension: string, text: string): Exported {
  const name = `${stemOf(result.file)}.${extension}`;
  return { files: [{ name, of: result.file, text }], notes: [] };
}
