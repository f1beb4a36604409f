// What a result was measured on, with what and where, in lines that are ready to print.
import { clocksOf, median, worstDriftPpm } from "../analysis/totals.ts";
import { safeString } from "../ground/strings.ts";
import { fioTime, formatBytes, formatNs } from "../ground/units.ts";
import { groupsOf } from "../measurement/groups.ts";
import type { DeviceIdentity, HostConditions, Measurement } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";
import { needsInterrupts } from "../measurement/workload.ts";
import { coalescingText, placeText } from "../measurement/workload-names.ts";
import { capacityText } from "../text/compare-frame.ts";
import { lookParts } from "../text/looks.ts";
import { sharedVectorTexts } from "../text/shared-vectors.ts";
import { depthText, eachText, sizeText, workloadsOf } from "../text/workload-parts.ts";
import type { ResultData } from "./report-data.ts";

type Line = ResultData["conditions"][number];

/** The conditions of a result, the most telling first. */
export function conditionsOf(measurement: Measurement): Line[] {
  const lines = [
    ...measurement.devices.flatMap(deviceLines),
    ...workloadLines(measurement),
    ...timeLines(measurement),
    line("precondition", measurement.workload.precondition ?? "not stated"),
    ...hostLines(measurement.host),
    ...clockLines(measurement),
    ...originLines(measurement),
  ];
  return lines.map(({ label, value }) => ({ label: safeString(label), value: safeString(value) }));
}

function line(label: string, ...parts: readonly string[]): Line {
  return { label, value: parts.join(", ") };
}

function deviceLines(device: DeviceIdentity): Line[] {
  const { model, serial, firmware, address, transport, version, nsid } = device;
  return [
    line("device", model, `serial ${serial}`, `firmware ${firmware}`),
    // "embedded?latency=20us" says its transport itself
    line("address", address, ...(address.startsWith(transport) ? [] : [transport])),
    line("namespace", `${nsid}`, capacityText(device), `NVMe ${version}`),
  ];
}

function workloadLines(measurement: Measurement): Line[] {
  const workloads = workloadsOf(measurement);
  const pattern = eachText(workloads, ({ rw, rwmixread }) =>
    rw === "randrw" ? `randrw ${rwmixread}% reads` : rw,
  );
  // a sweep has axes instead
  const depth = measurement.kind === "sweep" ? [] : [depthText(workloads)];
  const numjobs = `numjobs ${eachText(workloads, (workload) => `${workload.numjobs}`)}`;
  const seed = `seed ${eachText(workloads, (workload) => `${workload.seed}`)}`;
  return [
    line("workload", pattern, sizeText(workloads), ...depth, numjobs),
    ...completionLines(measurement),
    ...sharedVectorTexts(groupsOf(measurement)).map((text) => line("interrupts", text)),
    ...doorbellLines(measurement),
    line("range", eachText(workloads, rangeOf), seed),
  ];
}

/** Of a comparison the modes' own options say it. */
function doorbellLines({ kind, workload }: Measurement): Line[] {
  return kind !== "compare" && workload.shadowDoorbells ? [line("doorbells", "shadowed")] : [];
}

function completionLines(measurement: Measurement): Line[] {
  const { kind, workload, workloads, rounds } = measurement;
  if (rounds !== null) {
    return [
      ...workloads.map(({ name, options }) =>
        line(`mode ${name}`, options || "no options of its own"),
      ),
      line("rounds", `${rounds}, interleaved`),
    ];
  }
  const { completion, coalesce } = workload;
  const { mode, irq, spinNs } = completion;
  if (kind === "sweep") return [line("completion", `irq ${irq}`)];
  const spin = mode === "hybrid" ? [`spin ${formatNs(spinNs)}`] : [];
  const interrupts = needsInterrupts(mode) ? [`irq ${irq}`] : [];
  const place = placeText(workload);
  const coalesced = coalesce === null ? [] : [`coalesce ${coalescingText(coalesce)}`];
  return [
    line("completion", mode, ...interrupts, ...spin, ...coalesced),
    ...(place === "" ? [] : [line("memory", place)]),
  ];
}

function rangeOf({ offset, size }: Workload): string {
  const end = size === null ? "the end of the namespace" : formatBytes(offset + size);
  return `from ${formatBytes(offset)} to ${end}`;
}

function timeLines({ kind, workload }: Measurement): Line[] {
  const { runtimeMs, rampTimeMs, logHistMs } = workload;
  const each = { run: "", compare: " each block", sweep: " each point" }[kind];
  return [
    line(
      "runtime",
      `${fioTime(runtimeMs)}${each}`,
      rampTimeMs > 0 ? `after a ramp of ${fioTime(rampTimeMs)}` : "no ramp",
      ...(kind === "run" ? [`intervals of ${fioTime(logHistMs)}`] : []),
    ),
  ];
}

function hostLines(host: HostConditions): Line[] {
  const { hostname, kernel, cpuModel, cpus, memoryBytes, node, v8, pageBytes, loadAverage } = host;
  return [
    line("host", hostname, `kernel ${kernel}`, `load ${loadAverage.toFixed(2)} at the start`),
    line(
      "CPU",
      cpuModel,
      `${cpus} ${cpus === 1 ? "CPU" : "CPUs"}`,
      `${formatBytes(memoryBytes)} of memory`,
    ),
    line("Node.js", node, `V8 ${v8}`, `DMA window in pages of ${formatBytes(pageBytes)}`),
  ];
}

/** What the jobs of the only setting say of their threads. */
function clockLines({ workloads, blocks }: Measurement): Line[] {
  const jobs = workloads.length === 1 ? blocks.flatMap((block) => block.jobs ?? []) : [];
  if (jobs.length === 0) return [];
  const cpus = inRanges(jobs.map(({ cpu }) => cpu));
  const clockNs = median(jobs.map((job) => job.clockNs));
  return [
    line("jobs", `on CPU ${cpus}`),
    line("looks", ...lookParts(jobs, blocks, workloads[0]!.workload.completion)),
    line(
      "clock",
      ...clocksOf(jobs),
      `${formatNs(clockNs)} a reading`,
      "each latency includes about one",
      ...driftText(worstDriftPpm(jobs)),
    ),
  ];
}

function driftText(ppm: number | null): string[] {
  if (ppm === null) return [];
  // as a number again: -0.04 is 0, not "-0.0"
  const shown = Number(ppm.toFixed(1)) || 0;
  return [`${shown} ppm beside CLOCK_MONOTONIC`];
}

/** "0-63" or "2 0": in the order of the jobs. */
function inRanges(cpus: readonly (number | null)[]): string {
  const ranges: [number | null, number | null][] = [];
  for (const cpu of cpus) {
    const last = ranges.at(-1);
    if (last !== undefined && cpu !== null && last[1] === cpu - 1) last[1] = cpu;
    else ranges.push([cpu, cpu]);
  }
  return ranges.map(([from, to]) => (from === to ? (from ?? "any") : `${from}-${to}`)).join(" ");
}

function originLines(measurement: Measurement): Line[] {
  const { startedMs, interrupted, version, argv, merged } = measurement;
  const share = shareText(measurement.warnings);
  return [
    line("started", utc(startedMs), ...(interrupted ? ["interrupted"] : [])),
    ...(share === "" ? [] : [line("measured", share)]),
    line("phasebit", version),
    line("command", `phasebit ${argv.map(quoted).join(" ")}`),
    ...merged.map(({ file, host, devices, startedMs: partMs }) =>
      line(
        "merged",
        file,
        `host ${host.hostname}`,
        ...devices.map(({ address }) => `device ${address}`),
        utc(partMs),
      ),
    ),
  ];
}

/** "2026-11-22 09:14:05 UTC". */
function utc(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace("T", " ")
    .replace(/\.[0-9]+Z$/, " UTC");
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
