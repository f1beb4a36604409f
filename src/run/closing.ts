// What giving a device back in disorder says of it.
import { formatMs } from "../ground/units.ts";
import type { Warning } from "../measurement/measurement.ts";
import type { Health } from "../nvme/controller-state.ts";
import type { Device } from "../nvme/device.ts";
import { StopFailure } from "../nvme/stop-failure.ts";

/** What a controller that is not well is told as. */
const FAILURES = {
  gone: "device-gone",
  fatal: "controller-fatal",
  reset: "controller-reset",
} as const satisfies Record<Exclude<Health, "well">, Warning["kind"]>;

/** What there is to tell of a device that is not well, and why it is gone, if that is known; undefined where it is well. */
export function failureOf(device: Pick<Device, "health" | "transport">): Warning | undefined {
  const health = device.health();
  if (health === "well") return undefined;
  const { lost } = device.transport;
  if (health === "gone" && lost !== undefined) return { kind: FAILURES.gone, why: lost.message };
  return { kind: FAILURES[health] };
}

/**
 * Gives the device back.
 * @param known what was told of it already
 * @returns the doubts that come of it, in the order of the steps.
 */
export async function giveBack(
  device: Device,
  close: () => Promise<void>,
  known: readonly Warning[],
): Promise<Warning[]> {
  const failure = failureOf(device);
  const { lost } = device.transport;
  try {
    await close();
  } catch (error) {
    // the threads, not the device
    if (!device.closingProblems.includes(error as Error)) return [notClosed(error as Error)];
  }
  // from one that is lost nothing can be taken back, in no order
  const problems = device.closingProblems
    .filter((problem) => lost === undefined || problem !== lost)
    .map((problem) => doubtOf(problem, device));
  const count = device.wrongHeads;
  if (count > 0) problems.push({ kind: "wrong-sqhd", queue: "admin", count });
  if (failure === undefined || known.some((one) => isSame(one, failure))) return problems;
  return [failure, ...problems];
}

/** Two devices that are gone are two doubts, each with its reason. */
function isSame(one: Warning, other: Warning): boolean {
  if (one.kind !== "device-gone" || other.kind !== "device-gone") return one.kind === other.kind;
  return one.why === other.why;
}

function doubtOf(problem: Error, { transport }: Device): Warning {
  if (!(problem instanceof StopFailure)) return notClosed(problem);
  const { step, limitMs, rtd3EntryMs } = problem;
  const how = { limitMs, hadReset: transport.hasReset };
  if (step === "disable") return { kind: "not-disabled", ...how };
  return { kind: "not-shut-down", ...how, rtd3EntryMs };
}

function notClosed({ message }: Error): Warning {
  return { kind: "not-closed", why: message };
}

/** For who waits for it. */
export function closingText({ shutdownLimitMs }: Device): string {
  return (
    `giving the device back: its shutdown may take up to ${formatMs(shutdownLimitMs)} ` +
    "(RTD3E, and 10s at least; --timeout is of I/O commands)"
  );
}
