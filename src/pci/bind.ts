// A function comes to vfio-pci, or loses its driver: not before everything that speaks against it was looked for, and
// not without a word in the journal about what was there before.
import { isSystemError, PhasebitError } from "../ground/errors.ts";
import { type Bus, hostBus, type Owner } from "./bus.ts";
import { type HeldDisks, holdDisks } from "./exclusive.ts";
import { PciFunction } from "./function.ts";
import { handoverSteps, type Step } from "./handover.ts";
import { HostFacts } from "./host-facts.ts";
import { isOurs, Journal, type JournalEntry, overrideBefore } from "./journal.ts";
import { type KernelController, kernelController } from "./kernel-controller.ts";
import { alone } from "./lock.ts";
import { sortedUses, type Use, type UseKind, useKinds } from "./use-kinds.ts";
import { obstaclesOf, usesOf } from "./uses.ts";

export interface TakeOptions {
  /** "bind": to vfio-pci. "unbind": to no driver. */
  readonly action: "bind" | "unbind";
  /** Gets the group's node and the function's own, so that he needs no root to open it. */
  readonly user?: (Owner & { readonly name: string }) | undefined;
  /** Kinds of use that do not count. */
  readonly allow?: readonly UseKind[];
  /** Finds everything out, and changes nothing. */
  readonly dryRun?: boolean;
}

/** What became of one function. */
export interface Taken {
  readonly address: string;
  readonly from: string | null;
  readonly to: string | null;
  /** What speaks against it. */
  readonly obstacles: readonly (Use & { readonly allowed: boolean })[];
  /** Whether the disks of the subsystem were opened exclusively; a dry run without root cannot. */
  readonly probed: boolean;
  /** Words of the steps that were done, or would be. */
  readonly steps: readonly string[];
  /** What an earlier command that was killed had left, in words. */
  readonly found: string | null;
  /** The group's node, which a run opens. */
  readonly node: string | null;
  /** Its own node, which a run may open instead; null before vfio-pci has it, and where the kernel makes none. */
  readonly ownNode: string | null;
  readonly resetMethods: readonly string[];
}

interface Plan {
  readonly fn: PciFunction;
  readonly from: string | null;
  readonly controller: KernelController | null;
  readonly held: HeldDisks;
  readonly probed: boolean;
  readonly obstacles: Taken["obstacles"];
  readonly entry: JournalEntry | null;
  /** What it is to have again. */
  readonly former: JournalEntry["former"];
}

/**
 * Takes functions from their drivers, all or none: what speaks against one of them keeps the others too. What
 * `phasebit bind` and `unbind` do; a dry run needs no root, and tells of obstacles instead of throwing.
 * @param bus the machine; this one by default
 * @throws PhasebitError USAGE for an address that names none, REFUSED for a function in use, ENVIRONMENT without root.
 */
export async function take(
  addresses: readonly string[],
  options: TakeOptions,
  bus: Bus = hostBus(),
): Promise<Taken[]> {
  const functions = addresses.map((address) => new PciFunction(address, bus.roots, "function"));
  if (options.dryRun) return examined(functions, options, bus);
  requireRoot(options.action, bus);
  return alone(bus, () => taken(functions, options, bus));
}

/** @throws PhasebitError ENVIRONMENT */
export function requireRoot(action: string, bus: Bus): void {
  if (bus.isRoot) return;
  throw new PhasebitError(
    "ENVIRONMENT",
    `${action}: only root gives functions to drivers; run it with sudo (a run needs no root afterwards)`,
  );
}

function examined(functions: readonly PciFunction[], options: TakeOptions, bus: Bus): Taken[] {
  const plans = plansOf(functions, options, bus);
  for (const { held } of plans) held.release();
  return plans.map((plan) => {
    const steps = stepsOf(plan, options, bus);
    return report(plan, options, steps, bus);
  });
}

async function taken(
  functions: readonly PciFunction[],
  options: TakeOptions,
  bus: Bus,
): Promise<Taken[]> {
  const plans = plansOf(functions, options, bus);
  try {
    refuse(plans, options.action);
    const reports: Taken[] = [];
    for (const plan of plans) {
      const steps = stepsOf(plan, options, bus);
      await run(steps, plan, bus);
      plan.held.release();
      reports.push(report(plan, options, steps, bus));
    }
    return reports;
  } finally {
    for (const { held } of plans) held.release();
  }
}

/** All steps, or, where one fails, as it was before. @throws what the step throws */
async function run(steps: readonly Step[], plan: Plan, bus: Bus): Promise<void> {
  try {
    for (const step of steps) await step.run();
  } catch (error) {
    const { former } = plan;
    const isRefusal = error instanceof PhasebitError || isSystemError(error);
    // after anything else nobody knows where we are: the journal stays, for restore
    if (former === null || !isRefusal) throw error;
    plan.held.release();
    for (const step of handoverSteps(plan.fn, former, bus)) await step.run();
    new Journal(bus.roots).remove(plan.fn.address);
    throw error;
  }
}

function plansOf(functions: readonly PciFunction[], options: TakeOptions, bus: Bus): Plan[] {
  const facts = new HostFacts(bus.roots);
  const journal = new Journal(bus.roots);
  const together = functions.map(({ address }) => address);
  const heldNames = new Set<string>();
  return functions.map((fn) => {
    const controller = kernelController(fn, bus.roots);
    const subject = { fn, controller, facts };
    // who only loses its driver needs no IOMMU and fears no company
    const all = options.action === "bind" ? obstaclesOf(subject, together) : usesOf(subject);
    // where it is already it stays, and whoever drives it may go on
    const isThere = options.action === "bind" && fn.driver === "vfio-pci";
    const found = all.filter(({ kind }) => !(isThere && (kind === "vfio" || kind === "vfs")));
    const mine = (controller?.disks ?? []).filter(({ name }) => !heldNames.has(name));
    for (const { name } of mine) heldNames.add(name);
    const held = bus.isRoot ? holdDisks(mine, bus) : { uses: [], release: () => {} };
    const unexplained = held.uses.filter(({ text }) => !isExplained(text, found));
    const obstacles = sortedUses([...found, ...unexplained]).map((use) => ({
      ...use,
      allowed: useKinds[use.kind].allowable && (options.allow ?? []).includes(use.kind),
    }));
    const entry = journal.read(fn.address);
    const former = formerOf(fn, entry);
    return { fn, from: fn.driver, controller, held, obstacles, probed: bus.isRoot, entry, former };
  });
}

/** Something with a name is on that disk, or on a partition of it. */
function isExplained(exclusive: string, uses: readonly Use[]): boolean {
  const onIt = new RegExp(`^${exclusive.split(" ")[0]}(p\\d+)? `);
  return uses.some(({ kind, text }) => kind !== "open" && onIt.test(text));
}

/** @throws PhasebitError REFUSED, with all that speaks against any of them. */
function refuse(plans: readonly Plan[], action: string): void {
  const reasons = plans.flatMap(({ fn, obstacles }) =>
    obstacles
      .filter(({ allowed }) => !allowed)
      .map(({ kind, text }) => `${fn.address}: ${text} (${kind}): ${useKinds[kind].remedy}`),
  );
  if (reasons.length === 0) return;
  throw new PhasebitError("REFUSED", `${action} ${reasons.join("; ")}`);
}

function stepsOf(plan: Plan, options: TakeOptions, bus: Bus): Step[] {
  const { fn, entry } = plan;
  const record = recordOf(plan, options);
  const driver = options.action === "bind" ? "vfio-pci" : null;
  const handover = handoverSteps(fn, { driver, override: record.former?.override ?? null }, bus);
  const giving = nodeSteps(fn, options, record, bus);
  if (handover.length === 0 && giving.length === 0 && entry?.done !== false) return [];
  const journal = new Journal(bus.roots);
  return [
    {
      text: "note in the journal what it is now",
      run: () => journal.write({ ...record, done: false }),
    },
    ...handover,
    ...giving,
    { text: "note that it is done", run: () => journal.write({ ...record, done: true }) },
  ];
}

/** What the journal is told; the steps add to it. */
type Remembered = Omit<Parameters<Journal["write"]>[0], "done" | "owner"> & { owner: Owner | null };

function recordOf(plan: Plan, { action }: TakeOptions): Remembered {
  const { fn, controller, entry } = plan;
  return {
    ...{ address: fn.address, action, former: plan.former, owner: entry?.owner ?? null },
    virtualFunctions: entry?.virtualFunctions ?? null,
    controller: controller === null ? (entry?.controller ?? null) : remembered(controller),
  };
}

/** Of a first command that was killed, not of its half-way state; null where nobody knows. */
function formerOf(fn: PciFunction, entry: JournalEntry | null): JournalEntry["former"] {
  const { driver } = fn;
  if (entry !== null && isOurs(driver)) return entry.former;
  if (driver === "vfio-pci") return null;
  return { driver, override: overrideBefore(fn, entry) };
}

/** Who is to open it gets its group's node, and its own where the kernel makes one: one of them is how a run takes it. */
function nodeSteps(
  fn: PciFunction,
  { action, user }: TakeOptions,
  record: Remembered,
  bus: Bus,
): Step[] {
  if (action !== "bind" || user === undefined) return [];
  return [...groupNodeSteps(fn, user, record, bus), ...ownNodeSteps(fn, user, bus)];
}

function groupNodeSteps(
  fn: PciFunction,
  user: NonNullable<TakeOptions["user"]>,
  record: Remembered,
  bus: Bus,
): Step[] {
  const node = fn.groupNode;
  if (node === null || bus.owner(node)?.uid === user.uid) return [];
  return [
    {
      text: `chown ${user.name} ${node}`,
      run: () => {
        // the node came with vfio-pci: only now it has an owner to be remembered
        const owner = bus.owner(node);
        record.owner ??= owner;
        new Journal(bus.roots).write({ ...record, done: false });
        // its group stays: what was open to nobody stays so
        bus.chown(node, { uid: user.uid, gid: owner?.gid ?? 0 });
      },
    },
  ];
}

/** It comes with vfio-pci and goes with it, so that nobody need remember whose it was. */
function ownNodeSteps(fn: PciFunction, user: NonNullable<TakeOptions["user"]>, bus: Bus): Step[] {
  const ownerNow = (): Owner | null => (fn.vfioNode === null ? null : bus.owner(fn.vfioNode));
  const isThere = fn.driver === "vfio-pci";
  if (isThere && [undefined, user.uid].includes(ownerNow()?.uid)) return [];
  const name = isThere ? fn.vfioNode : `${bus.roots.dev}/vfio/devices/vfioN`;
  return [
    {
      text: `chown ${user.name} ${name}${isThere ? "" : ", where the kernel makes one"}`,
      run: () => {
        const owner = ownerNow();
        if (fn.vfioNode !== null && owner !== null) {
          bus.chown(fn.vfioNode, { uid: user.uid, gid: owner.gid });
        }
      },
    },
  ];
}

function remembered(controller: KernelController): JournalEntry["controller"] {
  const { model, serial, firmware, disks } = controller;
  return { model, serial, firmware, disks: disks.map(({ name, bytes }) => ({ name, bytes })) };
}

function report(plan: Plan, options: TakeOptions, steps: readonly Step[], bus: Bus): Taken {
  const { fn, from, obstacles, probed, entry } = plan;
  return {
    ...{ address: fn.address, from, obstacles, probed, node: fn.groupNode },
    to: options.action === "bind" ? "vfio-pci" : null,
    steps: steps.map(({ text }) => text),
    found: entry === null ? null : new Journal(bus.roots).leftover(entry),
    ownNode: fn.vfioNode !== null && bus.owner(fn.vfioNode) !== null ? fn.vfioNode : null,
    resetMethods: fn.resetMethods,
  };
}
