// Numbers with fractions as fio writes them: "0.000000". A reader that goes by the first value it sees takes 0 for a
// whole number, and cuts what follows.

/** What fio writes with "%f", wherever in its tree. */
const keys = [
  ...["iops", "mean", "stddev", "bw_agg", "bw_mean", "bw_dev", "iops_mean", "iops_stddev"],
  ...["usr_cpu", "sys_cpu", "latency_percentile", "util"],
];
/** What has nothing but such numbers. */
const tables = "iodepth_level|iodepth_submit|iodepth_complete|latency_ns|latency_us|latency_ms";

const single = new RegExp(`^( *"(?:${keys.join("|")})": )(-?[0-9.]+(?:e[-+][0-9]+)?)(?=,?$)`, "gm");
const table = new RegExp(`^ *"(?:${tables})": \\{[^}]*\\}`, "gm");
const entry = /(": )(-?[0-9.]+(?:e[-+][0-9]+)?)(?=,?$)/gm;

/** JSON text of fio's tree, a line for each value, with six digits after the point of each such number. */
export function withFractions(text: string): string {
  return text.replace(single, fraction).replace(table, (whole) => whole.replace(entry, fraction));
}

function fraction(_: string, before: string, value: string): string {
  return `${before}${Number(value).toFixed(6)}`;
}
