// A function goes back to the driver that it had before phasebit took it.
import { PhasebitError } from "../ground/errors.ts";
import { pciAddress } from "./address.ts";
import { type Bus, hostBus } from "./bus.ts";
import { PciFunction } from "./function.ts";
import { ANY_DRIVER, type Destination, handoverSteps, type Step } from "./handover.ts";
import { HostFacts } from "./host-facts.ts";
import { blankEntry, isOurs, Journal, type JournalEntry, overrideBefore } from "./journal.ts";
import { kernelController } from "./kernel-controller.ts";
import { alone } from "./lock.ts";
import { usesOf } from "./uses.ts";
import { numberSteps, requireUnused } from "./virtual-functions.ts";

/** How long the kernel's driver gets to show the namespaces that were there before. */
const DISKS_PATIENCE_MS = 10_000;
const POLL_MS = 20;

export interface RestoreOptions {
  /** Finds everything out, and changes nothing. */
  readonly dryRun?: boolean;
  /**
   * CC.EN=0 and RDY=0 through VFIO. A function that the kernel cannot reset keeps what a dead process left: as soon as
   * the next driver lets it master the bus, it would go on with the addresses of that process.
   */
  disable(address: string): Promise<void>;
}

/** What became of one function. */
export interface Restored {
  readonly address: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly steps: readonly string[];
  /** What an earlier command that was killed had left, in words. */
  readonly found: string | null;
  /** The block devices that are back. */
  readonly disks: readonly string[];
  /** What is not as it was: another drive, a namespace that did not come. */
  readonly doubts: readonly string[];
}

/**
 * Gives functions back, one after the other. Of one that phasebit did not take, the kernel picks the driver.
 * @param addresses "all": those with an entry in the journal
 * @throws PhasebitError USAGE, REFUSED while a process drives it, ENVIRONMENT without root, DEVICE when it does not
 * become disabled
 */
export function restore(
  addresses: readonly string[] | "all",
  options: RestoreOptions,
  bus: Bus = hostBus(),
): Promise<Restored[]> {
  const journal = new Journal(bus.roots);
  const chosen = (): string[] => (addresses === "all" ? journal.addresses : [...addresses]);
  if (options.dryRun) return Promise.all(chosen().map((one) => restoreOne(one, options, bus)));
  return alone(bus, async () => {
    const restored: Restored[] = [];
    for (const address of chosen()) restored.push(await restoreOne(address, options, bus));
    return restored;
  });
}

async function restoreOne(given: string, options: RestoreOptions, bus: Bus): Promise<Restored> {
  const journal = new Journal(bus.roots);
  const address = pciAddress(given);
  const entry = journal.read(address);
  const fn = functionAt(address, entry, bus);
  if (fn === null) {
    if (!options.dryRun) journal.remove(address);
    return nothing(address, "the function is gone");
  }
  const from = fn.driver;
  const to = destinationOf(fn, entry);
  const steps = stepsOf(fn, entry, to, options, bus);
  if (!options.dryRun) {
    refuse(fn, bus);
    if (entry?.virtualFunctions != null) requireUnused(fn, entry.virtualFunctions, bus);
    for (const step of steps) await step.run();
  }
  const disks = options.dryRun ? [] : await disksOf(fn, entry, bus);
  return {
    ...{ address, from, to: fn.driver, steps: steps.map(({ text }) => text) },
    found: entry === null ? null : journal.leftover(entry),
    disks,
    doubts: options.dryRun ? [] : doubtsOf(fn, entry, bus),
  };
}

/** null: it was taken out of the machine since. @throws PhasebitError USAGE when there never was one */
function functionAt(address: string, entry: JournalEntry | null, bus: Bus): PciFunction | null {
  try {
    return new PciFunction(address, bus.roots, "function");
  } catch (error) {
    if (entry === null) throw error;
    return null;
  }
}

/** Who has taken it from vfio-pci since does not lose it again. */
function destinationOf(fn: PciFunction, entry: JournalEntry | null): Destination {
  const { driver, driverOverride } = fn;
  if (!isOurs(driver)) return { driver, override: overrideBefore(fn, entry) };
  if (entry !== null && entry.former !== null) return entry.former;
  // bound by hand, and mostly by this override
  return { driver: ANY_DRIVER, override: driverOverride === "vfio-pci" ? null : driverOverride };
}

function stepsOf(
  fn: PciFunction,
  entry: JournalEntry | null,
  to: Destination,
  options: RestoreOptions,
  bus: Bus,
): Step[] {
  const journal = new Journal(bus.roots);
  const handover = handoverSteps(fn, to, bus);
  if (entry === null && handover.length === 0) return [];
  const { process: _, boot: __, version: ___, ...kept } = entry ?? blankEntry(fn.address);
  return [
    {
      text: "note in the journal that it is given back",
      run: () => journal.write({ ...kept, action: "restore", done: false }),
    },
    ...virtualFunctionSteps(fn, entry, bus),
    ...disablingSteps(fn, to, options),
    ...ownerSteps(fn, entry, bus),
    ...handover,
    { text: "take it out of the journal", run: () => journal.remove(fn.address) },
  ];
}

/** Before it gets another driver, which may not know them. */
function virtualFunctionSteps(fn: PciFunction, entry: JournalEntry | null, bus: Bus): Step[] {
  const before = entry?.virtualFunctions ?? null;
  return before === null ? [] : numberSteps(fn, before, bus);
}

function disablingSteps(fn: PciFunction, to: Destination, options: RestoreOptions): Step[] {
  const isLeaving = fn.driver === "vfio-pci" && to.driver !== "vfio-pci";
  if (!isLeaving || fn.resetMethods.length > 0) return [];
  return [
    {
      text: "disable the controller (CC.EN=0), which the kernel cannot reset",
      run: () => options.disable(fn.address),
    },
  ];
}

/** The node stays while another function of the group is with vfio-pci; else it goes with the function. */
function ownerSteps(fn: PciFunction, entry: JournalEntry | null, bus: Bus): Step[] {
  const node = fn.groupNode;
  const owner = entry?.owner ?? null;
  const now = node === null ? null : bus.owner(node);
  if (node === null || owner === null || now === null) return [];
  if (owner.uid === now.uid && owner.gid === now.gid) return [];
  const journal = new Journal(bus.roots);
  const isShared = fn.groupSiblings.some(({ address }) => journal.read(address) !== null);
  if (isShared) return [];
  return [{ text: `chown ${owner.uid}:${owner.gid} ${node}`, run: () => bus.chown(node, owner) }];
}

/** @throws PhasebitError REFUSED while somebody drives it: the kernel would wait for him for ever */
function refuse(fn: PciFunction, bus: Bus): void {
  const facts = new HostFacts(bus.roots);
  if (fn.driver !== "vfio-pci") return;
  const using = usesOf({ fn, controller: null, facts }).filter(({ kind }) => kind === "vfio");
  if (using.length === 0) return;
  const words = using.map(({ text }) => text).join("; ");
  throw new PhasebitError("REFUSED", `restore ${fn.address}: ${words}; stop it first`);
}

/** Waits for as many as there were. */
async function disksOf(
  fn: PciFunction,
  entry: JournalEntry | null,
  bus: Bus,
): Promise<readonly string[]> {
  const expected = entry?.controller?.disks.length ?? 0;
  const names = (): string[] =>
    (kernelController(fn, bus.roots)?.disks ?? []).map(({ name }) => name);
  if (isOurs(fn.driver)) return [];
  const deadline = bus.now() + DISKS_PATIENCE_MS;
  while (names().length < expected && bus.now() < deadline) await bus.sleep(POLL_MS);
  return names();
}

function doubtsOf(fn: PciFunction, entry: JournalEntry | null, bus: Bus): string[] {
  const before = entry?.controller ?? null;
  const now = kernelController(fn, bus.roots);
  if (before === null || now === null) return [];
  const doubts: string[] = [];
  if (now.disks.length < before.disks.length) {
    doubts.push(`${before.disks.length} namespaces were there, ${now.disks.length} came back`);
  }
  if (now.serial !== null && before.serial !== null && now.serial !== before.serial) {
    doubts.push("another drive answers: its serial number is not the one that it was");
  }
  return doubts;
}

function nothing(address: string, found: string): Restored {
  return { address, from: null, to: null, steps: [], found, disks: [], doubts: [] };
}
