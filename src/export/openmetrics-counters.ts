// Counters: what was done in the whole measurement.
import type { Group } from "../measurement/groups.ts";
import type { Measured } from "./openmetrics-labels.ts";
import { decimal, type Family, type Labels, type Sample } from "./openmetrics-text.ts";

const NS_DIGITS = 9;

export function counterFamilies(measured: Measured): Family[] {
  const { groups, labelsOf } = measured;
  const queues = queuesOf(measured);
  // what is not known has no sample
  const ofGroups = (of: (group: Group) => number | null): Sample[] =>
    groups.flatMap((group) => {
      const value = of(group);
      return value === null ? [] : sample(labelsOf(group), decimal(value));
    });
  return [
    {
      ...counter("phasebit_ios"),
      help: "I/Os that completed without error, by queue.",
      samples: queues.map(({ ios, labels }) => sample(labels, decimal(ios))),
    },
    {
      ...counter("phasebit_io_bytes", "bytes"),
      help: "Bytes that they moved.",
      samples: queues.map(({ bytes, labels }) => sample(labels, decimal(bytes))),
    },
    {
      ...counter("phasebit_failed_commands"),
      help: "Commands that ended with an error status.",
      samples: ofGroups(({ work }) => work.failed),
    },
    {
      ...counter("phasebit_interrupts"),
      help: "Interrupts of the I/O queues.",
      samples: ofGroups(({ work }) => work.waits.interrupts),
    },
    {
      ...counter("phasebit_cpu_seconds", "seconds"),
      help: "CPU time of the jobs, and of the embedded controller where it is the device.",
      samples: groups.flatMap((group) => cpuSamples(group, labelsOf(group))),
    },
  ];
}

function counter(name: string, unit: Family["unit"] = "") {
  return { name, type: "counter", unit } as const;
}

function sample(labels: Labels, value: string): Sample {
  return { suffix: "_total", labels, value };
}

interface Queue {
  readonly ios: number;
  readonly bytes: number;
  readonly labels: Labels;
}

/** What each queue completed in each direction. */
function queuesOf({ distributions, labelsOf }: Measured): Queue[] {
  return distributions.flatMap(({ group, op }) =>
    group.parts
      .filter((part) => part.op === op)
      .map(({ job, latency }) => {
        const queue = job === null ? "" : `${job + 1}`;
        const bytes = latency.total * group.workload.bs;
        return { ios: latency.total, bytes, labels: { ...labelsOf(group), op, queue } };
      }),
  );
}

function cpuSamples(group: Group, labels: Labels): Sample[] {
  const { work, deviceCpuNs } = group;
  const { userNs, systemNs } = work;
  const times = { user: userNs, system: systemNs, device: deviceCpuNs };
  return Object.entries(times).flatMap(([cpu, ns]) =>
    ns === null ? [] : sample({ ...labels, cpu }, decimal(ns, NS_DIGITS)),
  );
}
