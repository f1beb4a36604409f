// The keys that every result document has beside its figures.
export const MEASURED_KEYS = [
  "schema",
  "kind",
  "partial",
  "version",
  "argv",
  "startedMs",
  "interrupted",
  "merged",
  "host",
  "devices",
  "workload",
  "workloads",
  "rounds",
  "blocks",
  "warnings",
];
