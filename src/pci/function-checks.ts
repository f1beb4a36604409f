// Whether one function could be driven now, and what would make its figures worse.
import { existsSync } from "node:fs";
import { allowedCpus, parseCpuList } from "./cpu-list.ts";
import type { Examiner } from "./examiner.ts";
import { type Finding, hint, ok, problem } from "./findings.ts";
import type { PciFunction } from "./function.ts";
import type { HostFacts } from "./host-facts.ts";
import { Journal } from "./journal.ts";
import { kernelController } from "./kernel-controller.ts";
import { textOf } from "./sysfs.ts";
import { useKinds } from "./use-kinds.ts";
import { companyOf, obstaclesOf } from "./uses.ts";

/** Everything about `fn`. */
export function functionChecks(fn: PciFunction, examiner: Examiner, facts: HostFacts): Finding[] {
  return [
    ...driverChecks(fn, examiner, facts),
    groupCheck(fn, examiner),
    ...nodeCheck(fn, examiner),
    ...journalCheck(fn, examiner),
    resetCheck(fn),
    ...linkCheck(fn),
    ...nearCheck(fn, examiner),
  ];
}

/** While another driver has it, also what keeps it from being bound; then who drives it. */
function driverChecks(
  fn: PciFunction,
  { sudo, isRoot, user }: Examiner,
  facts: HostFacts,
): Finding[] {
  const { driver, address } = fn;
  const found = obstaclesOf({ fn, controller: kernelController(fn, facts.roots), facts });
  // told by the checks of its group
  const uses = found.filter(({ kind }) => kind !== "company" && kind !== "no-iommu");
  const inUse = uses.map(({ kind, text }) =>
    problem("in use", `${text}; ${useKinds[kind].remedy}`),
  );
  if (driver === "vfio-pci") return [ok("driver", "vfio-pci has it"), ...inUse];
  const who = isRoot ? "" : ` --user ${user}`;
  const words = driver === null ? "no driver has it" : `the driver ${driver} has it`;
  return [problem("driver", words, `${sudo}phasebit bind ${address}${who}`), ...inUse];
}

function groupCheck(fn: PciFunction, { sudo }: Examiner): Finding {
  const { iommuGroup } = fn;
  if (iommuGroup === null) return problem("group", "it has no IOMMU group");
  const company = companyOf(fn);
  if (company.length === 0) return ok("group", `its IOMMU group ${iommuGroup} can be given away`);
  const names = company.map(({ address, driver }) => `${address} (${driver})`).join(", ");
  const unbind = company.map(
    ({ address }) => `echo ${address} | ${sudo}tee /sys/bus/pci/devices/${address}/driver/unbind`,
  );
  return problem(
    "group",
    `its IOMMU group ${iommuGroup} has functions of the kernel's drivers too: ${names}`,
    unbind.join(" && "),
  );
}

function nodeCheck(fn: PciFunction, { sudo, mayOpen, user }: Examiner): Finding[] {
  const { groupNode } = fn;
  if (fn.driver !== "vfio-pci" || groupNode === null) return [];
  if (!existsSync(groupNode)) return [problem("permission", `${groupNode} is not there`)];
  if (mayOpen(groupNode)) return [ok("permission", `${user} may open ${groupNode}`)];
  return [
    problem("permission", `${user} may not open ${groupNode}`, `${sudo}chown ${user} ${groupNode}`),
  ];
}

function journalCheck({ address }: PciFunction, { roots, sudo }: Examiner): Finding[] {
  const journal = new Journal(roots);
  const entry = journal.read(address);
  const leftover = entry === null ? null : journal.leftover(entry);
  if (leftover === null) return [];
  return [hint("journal", leftover, `${sudo}phasebit restore ${address}`)];
}

function resetCheck({ resetMethods }: PciFunction): Finding {
  if (resetMethods.length > 0)
    return ok("reset", `the kernel can reset it: ${resetMethods.join(", ")}`);
  const text =
    "the kernel cannot reset it: a killed run leaves it enabled until the next one, or restore";
  return hint("reset", text);
}

function linkCheck({ link }: PciFunction): Finding[] {
  if (link === null) return [];
  const { speed, width, maxSpeed, maxWidth } = link;
  const now = `${speed} GT/s x${width}`;
  if (speed === maxSpeed && width === maxWidth) return [ok("link", now)];
  return [hint("link", `${now}, although both ends could do ${maxSpeed} GT/s x${maxWidth}`)];
}

/** CPUs of another NUMA node are a hop further from the function. */
function nearCheck({ localCpus, numaNode }: PciFunction, { roots }: Examiner): Finding[] {
  const allowed = allowedCpus(textOf(`${roots.proc}/self/status`) ?? "");
  if (localCpus === null || numaNode === null || allowed === null) return [];
  const mine = new Set(parseCpuList(allowed));
  const isNear = parseCpuList(localCpus).some((cpu) => mine.has(cpu));
  if (isNear) return [ok("near", `CPUs of its NUMA node ${numaNode} are at hand (${localCpus})`)];
  const text = `this process may use none of the CPUs of its NUMA node ${numaNode} (${localCpus})`;
  return [hint("near", text, `taskset -pc ${localCpus} $$`)];
}
