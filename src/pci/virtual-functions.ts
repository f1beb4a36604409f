// Virtual functions of a physical one (PCI Express SR-IOV): how many there are is a number in sysfs, and what it was before
// stands in the journal, so that `restore` takes them away again.
import { badValue, PhasebitError } from "../ground/errors.ts";
import { requireRoot } from "./bind.ts";
import { type Bus, hostBus } from "./bus.ts";
import { PciFunction } from "./function.ts";
import type { Step } from "./handover.ts";
import { HostFacts } from "./host-facts.ts";
import { blankEntry, Journal } from "./journal.ts";
import { alone } from "./lock.ts";
import { textOf } from "./sysfs.ts";
import { usesOf } from "./uses.ts";

/** A physical function and its virtual ones. */
export interface VirtualFunctions {
  readonly address: string;
  readonly driver: string | null;
  /** The most that it can have. */
  readonly total: number;
  /** Their addresses, in the order of their numbers, from 1 on. */
  readonly functions: readonly string[];
  /** Words of the steps that were done, or would be. */
  readonly steps: readonly string[];
}

export interface VirtualFunctionOptions {
  /** How many there are to be; as many as there are without. */
  readonly count?: number;
  /** Finds everything out, and changes nothing. */
  readonly dryRun?: boolean;
}

/**
 * Makes virtual functions, or takes them away; those that were there before go first when the number is another one. What
 * `phasebit sriov` does; without a number it tells which there are.
 * @param bus the machine; this one by default
 * @throws PhasebitError USAGE for a function that can have none, or not so many, ENVIRONMENT without root and for one that
 * vfio-pci does not have, REFUSED while a process drives one of them
 */
export async function setVirtualFunctions(
  address: string,
  { count, dryRun = false }: VirtualFunctionOptions,
  bus: Bus = hostBus(),
): Promise<VirtualFunctions> {
  const fn = new PciFunction(address, bus.roots, "function");
  const { total } = requireCapability(fn);
  if (count === undefined) return reportOf(fn, total, []);
  requireCount(count, total);
  if (!dryRun) requireRoot("sriov", bus);
  const work = async (): Promise<VirtualFunctions> => {
    requireDriver(fn, count);
    requireUnused(fn, count, bus);
    const steps = stepsOf(fn, count, bus);
    for (const step of dryRun ? [] : steps) await step.run();
    return reportOf(
      fn,
      total,
      steps.map(({ text }) => text),
    );
  };
  return dryRun ? work() : alone(bus, work);
}

/** The addresses of a physical function's virtual ones, in the order of their numbers. @throws PhasebitError USAGE */
export function virtualFunctionsOf(address: string): readonly string[] {
  return new PciFunction(address).virtualFunctionAddresses;
}

/** The steps to another number of them; none when there are as many. */
export function numberSteps(fn: PciFunction, count: number, bus: Bus): Step[] {
  const active = fn.virtualFunctions?.active ?? 0;
  if (active === count) return [];
  const path = `${fn.path}/sriov_numvfs`;
  const write = (number: number): Step => ({
    text: `write ${number} > ${path}`,
    run: () => bus.write(path, `${number}`),
  });
  // the kernel goes from one number to another by none only
  const numbers = [...(active > 0 ? [write(0)] : []), ...(count > 0 ? [write(count)] : [])];
  const parameter = `${bus.roots.sys}/module/vfio_pci/parameters/enable_sriov`;
  if (fn.driver !== "vfio-pci" || textOf(parameter) !== "N") return numbers;
  const set = (value: string): Step => ({
    text: `write ${value} > ${parameter}`,
    run: () => bus.write(parameter, value),
  });
  const back = set("N");
  return [set("Y"), ...numbers.map((step) => withEnd(step, back)), back];
}

/** A step that puts something back when it fails. */
function withEnd({ text, run }: Step, end: Step): Step {
  return {
    text,
    run: async () => {
      try {
        await run();
      } catch (error) {
        await end.run();
        throw error;
      }
    },
  };
}

/** @throws PhasebitError REFUSED while a process drives one that would go */
export function requireUnused(fn: PciFunction, count: number, bus: Bus): void {
  if (fn.virtualFunctions?.active === count) return;
  const facts = new HostFacts(bus.roots);
  const uses = fn.virtualFunctionAddresses.flatMap((address) => {
    const virtual = new PciFunction(address, bus.roots, "function");
    return usesOf({ fn: virtual, controller: null, facts })
      .filter(({ kind }) => kind === "vfio")
      .map(({ text }) => `${address}: ${text}`);
  });
  if (uses.length === 0) return;
  throw new PhasebitError("REFUSED", `sriov ${fn.address}: ${uses.join("; ")}; stop it first`);
}

function stepsOf(fn: PciFunction, count: number, bus: Bus): Step[] {
  const steps = numberSteps(fn, count, bus);
  if (steps.length === 0) return [];
  const journal = new Journal(bus.roots);
  const entry = journal.read(fn.address) ?? { ...blankEntry(fn.address), action: "bind" };
  const { process: _, boot: __, version: ___, ...kept } = entry;
  const before = entry.virtualFunctions ?? fn.virtualFunctions?.active ?? 0;
  const noted = { ...kept, virtualFunctions: before };
  return [
    {
      text: "note in the journal how many there were",
      run: () => journal.write({ ...noted, done: false }),
    },
    ...steps,
    { text: "note that it is done", run: () => journal.write({ ...noted, done: true }) },
  ];
}

function requireCapability(fn: PciFunction): { readonly total: number } {
  const { virtualFunctions, physicalFunction } = fn;
  if (physicalFunction !== null) {
    throw badValue("function", fn.address, `is a virtual function, of ${physicalFunction}`);
  }
  if (virtualFunctions !== null) return virtualFunctions;
  throw badValue("function", fn.address, "can have no virtual functions: it has no SR-IOV");
}

function requireCount(count: number, total: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= total) return;
  throw badValue("vfs", count, `must be 0 to ${total}`);
}

/** With the kernel's driver they would be the kernel's too, and its namespaces disks of the host. */
function requireDriver({ address, driver }: PciFunction, count: number): void {
  if (driver === "vfio-pci" || count === 0) return;
  const held = driver === null ? "no driver has it" : `driver ${driver} has it`;
  throw new PhasebitError(
    "ENVIRONMENT",
    `sriov ${address}: ${held}; bind it to vfio-pci first: "phasebit bind ${address}"`,
  );
}

function reportOf(fn: PciFunction, total: number, steps: readonly string[]): VirtualFunctions {
  const { address, driver, virtualFunctionAddresses: functions } = fn;
  return { address, driver, total, functions, steps };
}
