// What the machine's CPUs did meanwhile, and what the kernel held back: who had the CPU that a thread waited for.
import { readFileSync } from "node:fs";

/** USER_HZ, in which /proc/stat counts on every Linux. */
const TICK_NS = 1e7;

/** Since the machine began, in ns. */
export interface HostLoad {
  /** By CPU number: time that something ran, and that the hypervisor gave to others. */
  readonly cpus: ReadonlyMap<number, { readonly busyNs: number; readonly stolenNs: number }>;
  /** What all threads of this process used. */
  readonly ownNs: number;
  /** How long the CPU quotas of this process's control groups stopped it, all CPUs together. */
  readonly throttledNs: number;
}

export function hostLoad(): HostLoad {
  const { user, system } = process.cpuUsage();
  return {
    cpus: parseCpus(textOf("/proc/stat")),
    ownNs: (user + system) * 1000,
    throttledNs: Math.max(0, ...quotaFiles().map((file) => parseThrottled(textOf(file)))),
  };
}

/** From one load to a later one. */
export function loadBetween(before: HostLoad, after: HostLoad): HostLoad {
  const cpus = [...after.cpus].map(([cpu, { busyNs, stolenNs }]) => {
    const then = before.cpus.get(cpu) ?? { busyNs: 0, stolenNs: 0 };
    return [cpu, { busyNs: busyNs - then.busyNs, stolenNs: stolenNs - then.stolenNs }] as const;
  });
  return {
    cpus: new Map(cpus),
    ownNs: after.ownNs - before.ownNs,
    throttledNs: after.throttledNs - before.throttledNs,
  };
}

/** "cpu0 user nice system idle iowait irq softirq steal guest …", where user has guest in it. */
export function parseCpus(stat: string): HostLoad["cpus"] {
  const lines = [...stat.matchAll(/^cpu(\d+) (.+)$/gm)];
  return new Map(
    lines.map(([, cpu, fields]) => {
      const ticks = fields!.split(" ").map(Number);
      const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = ticks;
      const busyNs = (user + nice + system + irq + softirq) * TICK_NS;
      return [Number(cpu), { busyNs, stolenNs: stolen * TICK_NS }];
    }),
  );
}

/** cpu.stat of either version of control groups. */
export function parseThrottled(stat: string): number {
  const [, usec] = /^throttled_usec (\d+)$/m.exec(stat) ?? [];
  const [, ns] = /^throttled_time (\d+)$/m.exec(stat) ?? [];
  return usec !== undefined ? Number(usec) * 1000 : Number(ns ?? 0);
}

/** cpu.stat of the control groups that this process is in, from its own up: a parent's quota stops it too. */
function quotaFiles(): string[] {
  const groups = [...textOf("/proc/self/cgroup").matchAll(/^\d+:([^:]*):(\/.*)$/gm)];
  return groups.flatMap(([, controllers, path]) => {
    if (controllers === "") return upwards("/sys/fs/cgroup", path!);
    return controllers!.split(",").includes("cpu") ? upwards("/sys/fs/cgroup/cpu", path!) : [];
  });
}

function upwards(root: string, path: string): string[] {
  const parts = path.split("/").filter(Boolean);
  return [...parts, ""].map((_, up) => {
    return [root, ...parts.slice(0, parts.length - up), "cpu.stat"].join("/");
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
