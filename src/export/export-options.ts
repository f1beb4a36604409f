// What `phasebit export` can be asked for. A plain table that imports nothing, so that `--help` and shell
// completion load none of what exports.

export const exportFormats = [
  "hgrm",
  "hlog",
  "csv",
  "json",
  "fio-json",
  "openmetrics",
  "prometheus",
  "markdown",
] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const valueUnits = ["ns", "us", "ms"] as const;
export type ValueUnit = (typeof valueUnits)[number];

export const csvTables = ["percentiles", "series"] as const;
export type CsvTable = (typeof csvTables)[number];

/** The options as typed; what is absent takes its default. */
export interface ExportOptions {
  readonly format: ExportFormat;
  readonly select?: string;
  readonly unit?: ValueUnit;
  readonly table?: CsvTable;
  readonly untagged?: boolean;
  readonly bins?: boolean;
  readonly allPercentiles?: boolean;
  readonly split?: boolean;
  readonly native?: boolean;
  readonly timestamps?: boolean;
}

/** The formats that an option is for; where it has none it is for all. */
export const optionFormats: Readonly<
  Record<Exclude<keyof ExportOptions, "format">, readonly ExportFormat[]>
> = {
  select: ["hgrm", "hlog", "csv", "fio-json", "openmetrics", "prometheus"],
  unit: ["hgrm"],
  table: ["csv"],
  untagged: ["hlog"],
  bins: ["fio-json"],
  allPercentiles: ["fio-json"],
  split: ["fio-json"],
  native: ["openmetrics"],
  timestamps: ["openmetrics"],
};
