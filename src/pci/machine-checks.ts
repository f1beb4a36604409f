// Whether this machine, and this user on it, can drive a function from user space at all, and how well.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PhasebitError } from "../ground/errors.ts";
import { missingLimit, parseLimits, RUN_NEEDS } from "../ground/limits.ts";
import { packageRoot } from "../ground/package.ts";
import { formatBytes } from "../ground/units.ts";
import { HUGE_PAGE_BYTES, PLAIN_STEP_BYTES } from "../memory/linear-memory.ts";
import { allowedCpus, parseCpuList } from "./cpu-list.ts";
import type { Examiner } from "./examiner.ts";
import { type Finding, hint, ok, problem } from "./findings.ts";
import { namesIn, numberOf, type SystemRoots, textOf } from "./sysfs.ts";

/** Commands, completions and data each grow by one step at least. */
const WINDOWS = 3;

/** Everything that does not depend on the drive. */
export function machineChecks(examiner: Examiner): Finding[] {
  const { roots } = examiner;
  return [
    nodeCheck(examiner),
    addonCheck(examiner),
    iommuCheck(examiner),
    ...noIommuModeCheck(examiner),
    moduleCheck("vfio-pci", `${roots.sys}/bus/pci/drivers/vfio-pci`, examiner),
    moduleCheck("vfio_iommu_type1", `${roots.sys}/module/vfio_iommu_type1`, examiner),
    ...containerCheck(examiner),
    lockedMemoryCheck(examiner),
    limitsCheck(roots),
    hugePagesCheck(examiner),
    ...lockdownCheck(roots),
    coresCheck(roots),
    ...governorCheck(examiner),
  ];
}

function nodeCheck({ nodeVersion }: Examiner): Finding {
  const text = readFileSync(join(packageRoot, "package.json"), "utf8");
  const needed = String(JSON.parse(text).engines.node).replace(/^>=/, "");
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = needed.split(".").map(Number);
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isEnough) return ok("node", `Node.js ${nodeVersion}`);
  return problem(
    "node",
    `Node.js ${nodeVersion} is too old: ${needed} or later`,
    "nvm install --lts",
  );
}

function addonCheck({ loadAddon }: Examiner): Finding {
  try {
    loadAddon();
    return ok("addon", "the native addon loads");
  } catch (error) {
    if (!(error instanceof PhasebitError)) throw error;
    return problem("addon", error.message, "npm run build:native");
  }
}

function iommuCheck({ roots: { sys, proc }, sudo }: Examiner): Finding {
  const units = namesIn(`${sys}/class/iommu`);
  const groups = namesIn(`${sys}/kernel/iommu_groups`).length;
  if (groups > 0) return ok("iommu", `the IOMMU is on: ${units.length} units, ${groups} groups`);
  const isAmd = (textOf(`${proc}/cpuinfo`) ?? "").includes("AuthenticAMD");
  const word = isAmd ? "amd_iommu=on" : "intel_iommu=on";
  const name = isAmd ? "AMD-Vi (IOMMU)" : "VT-d";
  return problem(
    "iommu",
    `no IOMMU: switch ${name} on in the firmware, put ${word} on the kernel's command line, reboot`,
    `${sudo}sed -i 's/^GRUB_CMDLINE_LINUX="/&${word} /' /etc/default/grub && ${sudo}update-grub`,
  );
}

/** The kernel's way to give functions away without an IOMMU: they reach all memory then. */
function noIommuModeCheck({ roots: { sys }, sudo }: Examiner): Finding[] {
  const path = `${sys}/module/vfio/parameters/enable_unsafe_noiommu_mode`;
  if (textOf(path) !== "Y") return [];
  const text = "VFIO's unsafe mode without IOMMU is on; phasebit takes no function that way";
  return [hint("noiommu", text, `echo N | ${sudo}tee ${path}`)];
}

function moduleCheck(name: string, path: string, { sudo }: Examiner): Finding {
  if (existsSync(path)) return ok("module", `${name} is loaded`);
  return problem("module", `${name} is not loaded`, `${sudo}modprobe ${name}`);
}

function containerCheck({ roots, mayOpen, sudo }: Examiner): Finding[] {
  const path = `${roots.dev}/vfio/vfio`;
  if (!existsSync(path)) return [problem("vfio", `${path} is not there`, `${sudo}modprobe vfio`)];
  if (mayOpen(path)) return [];
  return [problem("vfio", `no permission on ${path}`, `${sudo}chmod 666 ${path}`)];
}

/** VFIO locks all DMA memory, and counts it. Root may lock what it likes. */
function lockedMemoryCheck({ roots, isRoot, sudo }: Examiner): Finding {
  const limit = lockedLimit(roots);
  if (isRoot) return ok("memlock", "root may lock all the memory that it needs");
  if (limit === Number.POSITIVE_INFINITY) return ok("memlock", "no limit on locked memory");
  const step = freeHugePages(roots) > 0 ? HUGE_PAGE_BYTES : PLAIN_STEP_BYTES;
  const least = WINDOWS * step;
  const remedy = `${sudo}prlimit --pid $$ --memlock=unlimited:unlimited`;
  const text =
    `locked memory is limited to ${formatBytes(limit)}: buffers (depth x block size x jobs) and ` +
    `queues must fit, ${formatBytes(least)} at least`;
  return limit < least ? problem("memlock", text, remedy) : hint("memlock", text, remedy);
}

function limitsCheck({ proc }: SystemRoots): Finding {
  const limits = parseLimits(textOf(`${proc}/self/limits`) ?? "");
  const missing = missingLimit(RUN_NEEDS, "a run", limits);
  if (missing === undefined) return ok("limits", "enough address space and open files for a run");
  // the words end in how it is raised
  const [words = missing, remedy = null] = missing.split(": raise it, as with ");
  return problem("limits", words, remedy);
}

function hugePagesCheck({ roots, sudo }: Examiner): Finding {
  const free = freeHugePages(roots);
  if (free >= WINDOWS) return ok("hugepages", `${free} huge pages of 2MiB are free`);
  return hint(
    "hugepages",
    `${free} huge pages of 2MiB are free: buffers lie on small ones, with more work for the IOMMU`,
    `echo 64 | ${sudo}tee ${roots.sys}/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages`,
  );
}

function freeHugePages({ sys }: SystemRoots): number {
  return numberOf(`${sys}/kernel/mm/hugepages/hugepages-2048kB/free_hugepages`) ?? 0;
}

/** "none [integrity] confidentiality" */
function lockdownCheck({ sys }: SystemRoots): Finding[] {
  const mode = /\[(\w+)\]/.exec(textOf(`${sys}/kernel/security/lockdown`) ?? "")?.[1];
  if (mode === undefined) return [];
  if (mode === "none") return [ok("lockdown", "the kernel is not locked down")];
  const text = `the kernel is locked down (${mode}): VFIO works, /dev/mem and BARs in sysfs are closed`;
  return [hint("lockdown", text)];
}

function coresCheck({ proc }: SystemRoots): Finding {
  const list = allowedCpus(textOf(`${proc}/self/status`) ?? "");
  if (list === null) return hint("cores", "which CPUs this process may use is not known");
  const count = parseCpuList(list).length;
  if (count > 1) return ok("cores", `${count} CPUs (${list})`);
  const text = `one CPU (${list}): what measures shares it with what watches`;
  return hint("cores", text, "taskset -pc 0-1 $$");
}

/** No file: a virtual machine, or the firmware decides. */
function governorCheck({ roots: { sys }, sudo }: Examiner): Finding[] {
  const folder = `${sys}/devices/system/cpu`;
  const governors = namesIn(folder)
    .filter((name) => /^cpu\d+$/.test(name))
    .flatMap((name) => textOf(`${folder}/${name}/cpufreq/scaling_governor`) ?? []);
  if (governors.length === 0) return [];
  const others = [...new Set(governors.filter((name) => name !== "performance"))];
  if (others.length === 0) return [ok("governor", "all CPUs have the governor performance")];
  return [
    hint(
      "governor",
      `CPUs have the governor ${others.join(", ")}: they change their clock while one measures`,
      `echo performance | ${sudo}tee ${folder}/cpu*/cpufreq/scaling_governor`,
    ),
  ];
}

/** The soft limit, in bytes; infinite where there is none, or none can be read. */
function lockedLimit({ proc }: SystemRoots): number {
  const soft = /^Max locked memory +(\d+) /m.exec(textOf(`${proc}/self/limits`) ?? "")?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}
