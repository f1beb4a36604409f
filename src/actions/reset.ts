// phasebit reset: resets, and whether the device came back from each.
import { encodeCounts, isCarried, meanNs, percentileNs } from "../analysis/histogram.ts";
import { featureName } from "../decode/names.ts";
import { exitCodes, PhasebitError } from "../ground/errors.ts";
import { timeOption } from "../measurement/workload.ts";
import type { Controller } from "../nvme/controller.ts";
import { controllersIn } from "../pci/kernel-controller.ts";
import { hostRoots } from "../pci/sysfs.ts";
import { type Exercise, exerciseResets } from "../run/reset/exercise.ts";
import type { ExerciseKind } from "../run/reset/kinds.ts";
import type { StepTimes } from "../run/reset/steps.ts";
import { resetLines } from "../text/reset.ts";
import { type InspectFlags, printInspection, withDevice } from "./inspect.ts";
import { wholeNumber } from "./lists.ts";

/** What the command line said. */
export interface ResetFlags extends InspectFlags {
  readonly kind: ExerciseKind;
  readonly count: string;
  readonly underLoad?: boolean;
  readonly nsid: string;
  readonly timeout: string;
}

const MOST_RESETS = 1_000_000;

/**
 * Resets, prints and says by its end whether all was well. @throws PhasebitError DEVICE, with the first finding's name; what
 * was found stands on stdout then.
 */
export async function reset(flags: ResetFlags): Promise<void> {
  const options = {
    kind: flags.kind,
    count: wholeNumber("--count", flags.count, 1, MOST_RESETS),
    nsid: wholeNumber("--nsid", flags.nsid, 1, 0xffff_fffe),
    timeoutMs: timeOption("timeout", flags.timeout, 1),
    underLoad: flags.underLoad === true,
  };
  let done: Exercise | undefined;
  await withDevice(flags, async (device, signal) => {
    done = await exerciseResets(device, { ...options, mayReset: mayReset(flags), signal });
    // a device that did not come back may not be given back in order either: first what was found
    print(flags, done);
    requireNothingFound(flags.device, done);
  });
  if (done?.interrupted) process.exitCode = exitCodes.INTERRUPTED;
}

/** A reset of the subsystem reaches controllers beside this one, which may be at work for somebody. */
function mayReset({ kind, device }: ResetFlags): (controller: Controller) => void {
  return ({ identity }) => {
    const others = kind === "subsystem" ? controllersIn(identity.subsystem, hostRoots) : [];
    if (others.length === 0) return;
    throw new PhasebitError(
      "REFUSED",
      `reset the subsystem of ${device}: the kernel's driver has ${others.join(", ")} in it, which the reset reaches too; ` +
        "unbind it first, or choose another --kind",
      { what: "subsystem", value: identity.subsystem },
    );
  };
}

function print(flags: ResetFlags, exercise: Exercise): void {
  printInspection(flags, "reset", {
    document: () => documentOf(flags.device, exercise),
    lines: (lines) => resetLines(flags.device, exercise, lines),
  });
}

function requireNothingFound(address: string, { findings }: Exercise): void {
  const [first] = findings;
  if (first === undefined) return;
  const others = findings.length === 1 ? "" : `; ${findings.length - 1} more`;
  const { name, reset: number, text } = first;
  throw new PhasebitError("DEVICE", `reset ${number} of ${address}: ${name}: ${text}${others}`, {
    what: name,
  });
}

function documentOf(address: string, exercise: Exercise): object {
  const { kind, asked, done, interrupted, registers, features } = exercise;
  const { steps, comparedBytes, load, findings } = exercise;
  const entries = [...features.before].map(([fid, before]) => ({
    fid,
    name: featureName(fid),
    before,
    after: features.after?.get(fid) ?? null,
  }));
  return {
    device: { address },
    ...{ kind, asked, done, interrupted, registers, features: entries },
    ...{ steps: steps.map(stepEntry), comparedBytes, load, findings },
  };
}

function stepEntry({ name, times }: StepTimes): object {
  return {
    name,
    count: times.total,
    minNs: times.minNs,
    meanNs: Math.round(meanNs(times)),
    p50Ns: percentileNs(times, 50),
    p99Ns: isCarried(times.total, 99) ? percentileNs(times, 99) : null,
    maxNs: times.maxNs,
    hdrHistogramV2: encodeCounts(times),
  };
}
