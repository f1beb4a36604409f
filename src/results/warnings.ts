// Each doubt about a measurement in words, with advice. The kinds are data (measurement/measurement.ts).

import { formatCount, formatMs, formatNs } from "../ground/units.ts";
import { flagNames, flagWords } from "../measurement/flags.ts";
import type {
  Flags,
  NotStopped,
  OverdueCommand,
  Starved,
  Starver,
  Warning,
} from "../measurement/measurement.ts";
import { shortfallText } from "../measurement/shortfall.ts";

type Words = {
  readonly [K in Warning["kind"]]: (warning: Extract<Warning, { kind: K }>) => string;
};

const words: Words = {
  partial: shortfallText,
  "io-errors": ({ count }) =>
    `${things(count, "command")} ended with an error and ${are(count)} not among the latencies. ` +
    "The list of errors says which.",
  "ramp-errors": ({ count }) =>
    `${things(count, "command")} ended with an error during --ramp-time, before the measurement: the list of errors ` +
    "has them too, and the counts of what failed do not.",
  "rejected-completions": ({ count }) =>
    `${things(count, "completion")} did not fit any command in flight and ${were(count)} not counted. ` +
    "The device, or what lies between, broke the protocol; the saved result has the raw entries.",
  "wrong-sqhd": ({ queue, count }) =>
    `${things(count, "completion")} ${queue === "admin" ? "of admin commands " : ""}had a wrong SQHD: ` +
    `${queue === "admin" ? "outside of the queue, " : "in the queue, but "}behind the last one or past the tail. ` +
    "Their commands have ended and count. A host that goes by SQHD would write over commands that were not read; " +
    `${queue === "admin" ? "--trace shows the entries" : "the saved result has the raw entries"}.`,
  "flagged-successes": ({ queue, ...flags }) =>
    `Successes ${queue === "admin" ? "of admin commands " : ""}had something set that is for errors, or is reserved: ` +
    `${flagsText(flags)}. They count as successes; what lies behind it is for the firmware's makers.`,
  "commands-lost": ({ count, oldest }) =>
    `${things(count, "command")} never completed${oldest ? ` (the oldest: ${commandText(oldest)})` : ""}. ` +
    "The latencies leave them out, so the tail is better than the truth; look at the device before " +
    "trusting them.",
  "timed-out": ({ job, timeoutMs, ranMs, runtimeMs, ...command }) =>
    `Job ${job} ended after ${formatMs(ranMs)} of ${formatMs(runtimeMs)}: a command did not complete within ` +
    `--timeout ${formatMs(timeoutMs)} (${commandText(command)}), and all jobs with it. Look at the device, ` +
    "or allow more time.",
  "commands-unfinished": ({ count }) =>
    `${things(count, "command")} ${were(count)} in flight when the run was interrupted and did not complete ` +
    "within a moment. The latencies leave them out.",
  "queue-not-deleted": ({ why }) =>
    `A queue was not deleted after it had been measured: ${why}. The measurement stands; nothing more was run.`,
  "stopped-early": ({ why }) =>
    `It ended before all was measured: ${why}. What is shown was measured up to then.`,
  "not-closed": ({ why }) =>
    `The device was not given back in order: ${why}. The measurement stands; reset the device before the next.`,
  "not-shut-down": ({ limitMs, rtd3EntryMs, ...how }) =>
    `The controller did not shut down: CSTS.SHST did not become 10b within ${formatMs(limitMs)} of CC.SHN ` +
    `(RTD3E is ${rtd3EntryMs === null ? "not given" : formatMs(rtd3EntryMs)}, none gets less than 10s, and ` +
    `--timeout is of I/O commands). ${stopText(how)} The measurement stands; what the controller's volatile ` +
    "cache held may be lost when its power goes.",
  "not-disabled": ({ limitMs, ...how }) =>
    `The controller did not stop: CSTS.RDY stayed 1 for ${formatMs(limitMs)} after CC.EN was cleared (CAP.TO ` +
    `and 500ms). ${stopText(how)} The measurement stands.`,
  "medium-lost": ({ why }) =>
    `${why}. The run ended there; commands that failed or read zeroes because of it are no fault of the device.`,
  "lost-interrupts": ({ count }) =>
    `${things(count, "completion")} came without an interrupt and ${were(count)} found when the wait ran out ` +
    "(--interrupt-timeout). The device, or the way of its interrupts, loses them.",
  "spurious-interrupts": ({ count }) =>
    `${things(count, "interrupt")} came without a completion. The device raises more than it should, or ` +
    "another queue shares the vector.",
  "controller-fatal": () =>
    "The controller reported a fatal status (CSTS.CFS) and the run ended there. Read its error log.",
  "controller-reset": () =>
    "The controller was reset during the run, not by phasebit (CSTS.RDY fell), and the run ended there. " +
    "Look for a firmware crash, or for whoever else reset the function.",
  "device-gone": ({ why }) =>
    why === undefined
      ? "The device stopped answering on the bus (registers read as all ones) and the run ended there. " +
        "Check its power and its slot."
      : `The device is gone, and the run ended there: ${why}. What is shown was measured up to then.`,
  interrupted: () =>
    "The run was interrupted. What is shown was measured up to then; the tail has seen less time.",
  "not-optimized": ({ job }) =>
    `The loop of job ${job} did not run as optimized code throughout, which costs time. ` +
    "A --ramp-time of 1s lets the compiler finish first.",
  "garbage-collected": ({ job, count, ns }) =>
    `V8 stopped job ${job} ${count === 1 ? "once" : `${count} times`} to collect garbage, for ${formatNs(ns)} ` +
    "in all: as many of its longest latencies may be the tool's own.",
  "process-stopped": ({ count, ns }) =>
    `phasebit itself was stopped ${count === 1 ? "once" : `${count} times`} (SIGSTOP, Ctrl-Z or a debugger), for up to ` +
    `${formatNs(ns)} in all: the longest latencies and the rates have that in them. Measure again.`,
  "not-pinned": ({ job }) =>
    `Job ${job} was not pinned to a CPU, so the scheduler may have moved it. Give CPUs with --cpus.`,
  "few-generations": ({ iodepth, generations }) =>
    `At --iodepth ${iodepth} a CID has room for ${generations} generations only: a completion that the device sends again ` +
    `exactly ${generations} commands of its slot later is taken for the one that is due. ` +
    "More queues (--numjobs) with up to 8191 each tell more.",
  "cpus-shared": ({ threads, cpus }) =>
    `${things(threads, "spinning thread")} (the jobs, and the embedded controller's own) shared ` +
    `${things(cpus, "CPU")}: each waits while another runs, and the latencies show it. Use fewer jobs.`,
  "cpu-starved": ({ job, percent }) =>
    `Job ${job} had its CPU for only ${percent}% of the time: other work ran there, and the tail ` +
    "shows it. Stop that work, or choose another CPU with --cpus.",
  "clock-drift": ({ job, ppm }) =>
    `The clock of job ${job} (the CPU's time stamp counter) and CLOCK_MONOTONIC ran ` +
    `${Math.abs(ppm / 10_000).toFixed(2)}% apart, and latencies may be wrong by as much. Measure again with ` +
    "--clocksource clock_gettime.",
  "host-busy": ({ loadAverage }) =>
    `The host was busy when the run began (load average ${loadAverage.toFixed(2)}). Stop other work, ` +
    "or keep it off the CPUs of the jobs.",
  "no-function-reset": () =>
    "The device has no function level reset: a state left by an earlier user may have survived.",
  "job-starved": ({ job, ...starved }) =>
    `Job ${job} ${starvedText(starved)} Its latencies have the host's part in them. ${starvedAdvice[starved.by]}`,
  "device-starved": (starved) =>
    `The device's thread (the embedded controller's, or one of its server's) ${starvedText(starved)} ` +
    `It was late for its commands then. ` +
    `${starvedAdvice[starved.by]}`,
  "interrupts-unclear": ({ lost, spurious }) =>
    `${things(lost, "completion")} came without an interrupt and ${things(spurious, "interrupt")} without a ` +
    "completion, but the host kept threads from running meanwhile: that is no evidence against the device. " +
    "Measure again on a quiet machine.",
  noted: ({ text }) => text,
  "drift-larger-than-difference": ({ figures, pairs, worst }) =>
    `${figures.join(", ")} drifted over the rounds (${worst.figure} of ${worst.mode} by ` +
    `${worst.percent.toFixed(1)}%), by more than the difference between ` +
    `${pairs.map(({ a, b }) => `${a} and ${b}`).join(", ")}. The order of the blocks evens out a steady ` +
    "drift, not a sudden one: let the device settle with a longer --ramp-time, and compare again.",
};

/** Every kind that this phasebit knows. */
export const warningKinds: readonly string[] = Object.keys(words);

/** The warning in words: what was seen, then what to do. */
export function warningText(warning: Warning): string {
  return (words[warning.kind] as (warning: Warning) => string)(warning);
}

function stopText({ hadReset }: Pick<NotStopped, "hadReset">): string {
  return hadReset
    ? "A function level reset stopped it."
    : "It has no function level reset, so only its bus mastering was switched off: reset it before it is used again.";
}

/** "waited for a CPU for 43% of the time (91% of the worst interval), while other processes had it." */
function starvedText({ percent, worstPercent, by }: Starved): string {
  const worst = worstPercent > percent ? ` (${worstPercent}% of the worst interval)` : "";
  return `waited for a CPU for ${percent}% of the time${worst}, ${starvers[by]}.`;
}

const starvers: Readonly<Record<Starver, string>> = {
  others: "while other processes had it",
  own: "while other threads of phasebit had it, jobs or the embedded controller",
  quota: "because the CPU quota of its control group was used up",
  unknown: "while others had it",
};

const starvedAdvice: Readonly<Record<Starver, string>> = {
  others: "Stop the other work, or choose other CPUs with --cpus.",
  own: "Use fewer jobs, or other CPUs with --cpus.",
  quota: "Raise the quota, or use fewer jobs.",
  unknown: "Stop other work, or choose other CPUs with --cpus.",
};

/** What finds a command again in a trace of the device. */
function commandText({ op, lba, cid, sqid, ageNs }: OverdueCommand & { sqid: number }): string {
  const age = ageNs >= 1e9 ? `${(ageNs / 1e9).toFixed(2)} s` : `${(ageNs / 1e6).toFixed(1)} ms`;
  return `${op} at LBA ${lba}, CID ${cid}, queue ${sqid}, in flight for ${age}`;
}

function things(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

function are(count: number): string {
  return count === 1 ? "is" : "are";
}

function were(count: number): string {
  return count === 1 ? "was" : "were";
}

/** "3 with More, 1 with Do Not Retry". */
function flagsText(flags: Flags): string {
  const there = flagNames.filter((name) => flags[name] > 0);
  return there.map((name) => `${formatCount(flags[name])} with ${flagWords[name]}`).join(", ");
}
