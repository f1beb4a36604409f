// A function goes from one driver to another: the writes to sysfs, each of which may be the last that this process does.
// They are worked out from what is there now, so that doing them again from anywhere between comes to the same end.
import { existsSync } from "node:fs";
import { isSystemError, PhasebitError } from "../ground/errors.ts";
import type { Bus } from "./bus.ts";
import type { PciFunction } from "./function.ts";

/** One change of the machine. */
export interface Step {
  /** For people, before it is done: "write vfio-pci > /sys/…/driver_override". */
  readonly text: string;
  run(): void | Promise<void>;
}

/** Where a function is to end. */
export interface Destination {
  /** null: no driver; "any": whichever the kernel picks. */
  readonly driver: string | null;
  /** What driver_override says afterwards; null: nothing. */
  readonly override: string | null;
}

/** Stands for the driver that the kernel picks by itself. */
export const ANY_DRIVER = "any";

/**
 * The steps from here to there. The override is set while the kernel looks for a driver, and put back after: else a
 * function that is found anew later would go to a driver that nobody expects.
 */
export function handoverSteps(fn: PciFunction, to: Destination, bus: Bus): Step[] {
  const steps: Step[] = [];
  const { driver } = fn;
  let override = fn.driverOverride;
  const isThere = driver === to.driver || (to.driver === ANY_DRIVER && isOrdinary(driver));
  if (!isThere && to.driver !== null) {
    override = to.driver === ANY_DRIVER ? null : to.driver;
    if (override !== null) steps.push(...moduleSteps(override, bus));
    steps.push(overrideStep(fn, override, bus));
  }
  if (!isThere && driver !== null) steps.push(unbindStep(fn, bus));
  if (!isThere && to.driver !== null) steps.push(probeStep(fn, to.driver, bus));
  if (override !== to.override) steps.push(overrideStep(fn, to.override, bus));
  return steps;
}

/** A driver that the kernel would pick. */
function isOrdinary(driver: string | null): boolean {
  return driver !== null && driver !== "vfio-pci";
}

function moduleSteps(driver: string, bus: Bus): Step[] {
  if (existsSync(`${bus.roots.sys}/bus/pci/drivers/${driver}`)) return [];
  return [
    {
      text: `modprobe ${driver}`,
      run: () => {
        try {
          bus.loadModule(driver);
        } catch (cause) {
          const why = `the kernel has no driver ${driver}, and "modprobe ${driver}" failed`;
          throw new PhasebitError("ENVIRONMENT", `${why}; run it as root to see why`, { cause });
        }
      },
    },
  ];
}

function overrideStep(fn: PciFunction, driver: string | null, bus: Bus): Step {
  const path = `${fn.path}/driver_override`;
  // an empty line takes the override away
  return {
    text: `write "${driver ?? ""}" > ${path}`,
    run: () => bus.write(path, `${driver ?? ""}\n`),
  };
}

function unbindStep(fn: PciFunction, bus: Bus): Step {
  return {
    text: `write ${fn.address} > ${fn.path}/driver/unbind`,
    run: () => {
      // the driver may have let go of it by itself
      if (fn.driver !== null) bus.write(`${fn.path}/driver/unbind`, fn.address);
    },
  };
}

function probeStep(fn: PciFunction, driver: string, bus: Bus): Step {
  const path = `${bus.roots.sys}/bus/pci/drivers_probe`;
  return {
    text: `write ${fn.address} > ${path}`,
    run: () => {
      let cause: unknown;
      try {
        bus.write(path, fn.address);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        // what counts is who has it now
        cause = error;
      }
      const has = fn.driver;
      if (has === driver || (driver === ANY_DRIVER && isOrdinary(has))) return;
      const wanted = driver === ANY_DRIVER ? "no driver of the kernel" : driver;
      throw new PhasebitError(
        "ENVIRONMENT",
        `${fn.address}: ${wanted} took it not: ${has ?? "no driver"} has it; "dmesg" says why`,
        { cause },
      );
    },
  };
}
