// Doubts about a measurement, as data.
import type { Collections, Flags, OverdueCommand } from "./job.ts";

/** Who had the CPU that a thread waited for: other processes, phasebit's own threads, nobody (a CPU quota). */
export type Starver = "others" | "own" | "quota" | "unknown";

/** How much of its time a thread was ready to run and waited, in percent. */
export interface Starved {
  readonly percent: number;
  /** Of the worst interval. */
  readonly worstPercent: number;
  readonly by: Starver;
}

/** A controller that did not stop when it was told to. */
export interface NotStopped {
  /** How long it was given. */
  readonly limitMs: number;
  /** A function level reset stopped it; without one bus mastering was switched off, no more. */
  readonly hadReset: boolean;
}

/** Doubts about a measurement; results/warnings.ts words each of them, with advice. */
export type Warning =
  | {
      readonly kind: "partial";
      /** What is counted: the settings of a sweep, the blocks of a comparison, the time of a run. */
      readonly unit: "settings" | "blocks" | "ms";
      readonly measured: number;
      readonly planned: number;
      /** The settings that are not there, or not in full. */
      readonly missing?: readonly string[];
    }
  | { readonly kind: "io-errors"; readonly count: number }
  /** Before the measurement began: in the list of errors, and not among those that failed. */
  | { readonly kind: "ramp-errors"; readonly count: number }
  | { readonly kind: "rejected-completions"; readonly count: number }
  /** SQHD went backwards or past the tail; of admin commands and copies, or lay outside of the queue. */
  | { readonly kind: "wrong-sqhd"; readonly queue: "io" | "admin"; readonly count: number }
  | ({ readonly kind: "flagged-successes"; readonly queue: "io" | "admin" } & Flags)
  | {
      readonly kind: "commands-lost";
      readonly count: number;
      /** Of the oldest; absent in old results. */
      readonly oldest?: OverdueCommand & { readonly sqid: number };
    }
  | ({
      readonly kind: "timed-out";
      readonly job: number;
      readonly sqid: number;
      readonly timeoutMs: number;
      /** How long the job had measured, and was to measure. */
      readonly ranMs: number;
      readonly runtimeMs: number;
    } & OverdueCommand)
  | { readonly kind: "commands-unfinished"; readonly count: number }
  | { readonly kind: "queue-not-deleted"; readonly why: string }
  | { readonly kind: "stopped-early"; readonly why: string }
  | { readonly kind: "not-closed"; readonly why: string }
  /** CSTS.SHST did not become 10b. RTD3E is null where the controller gives none. */
  | ({ readonly kind: "not-shut-down"; readonly rtd3EntryMs: number | null } & NotStopped)
  /** CSTS.RDY did not become 0. */
  | ({ readonly kind: "not-disabled" } & NotStopped)
  | { readonly kind: "lost-interrupts"; readonly count: number }
  | { readonly kind: "spurious-interrupts"; readonly count: number }
  /** The file under an emulated device is not what it was: the host's doing, and no fault of the device. */
  | { readonly kind: "medium-lost"; readonly why: string }
  | { readonly kind: "controller-fatal" }
  | { readonly kind: "controller-reset" }
  /** Where its transport knows more than that its registers read all-ones, it says so. */
  | { readonly kind: "device-gone"; readonly why?: string }
  | { readonly kind: "interrupted" }
  | { readonly kind: "not-optimized"; readonly job: number }
  /** The tool's own pauses, within the latencies. */
  | ({ readonly kind: "garbage-collected"; readonly job: number } & Collections)
  | { readonly kind: "not-pinned"; readonly job: number }
  /** So few that a duplicate may be believed: see `cidGenerations`. */
  | { readonly kind: "few-generations"; readonly iodepth: number; readonly generations: number }
  /** The process stood still, `ns` at most: SIGSTOP, Ctrl-Z, a debugger. */
  | { readonly kind: "process-stopped"; readonly count: number; readonly ns: number }
  | { readonly kind: "cpus-shared"; readonly threads: number; readonly cpus: number }
  /** Of older results: share of its time that a job had its CPU. */
  | { readonly kind: "cpu-starved"; readonly job: number; readonly percent: number }
  | { readonly kind: "clock-drift"; readonly job: number; readonly ppm: number }
  | ({ readonly kind: "job-starved"; readonly job: number } & Starved)
  /** The embedded controller's own thread, or one of the process that plays the device. */
  | ({ readonly kind: "device-starved" } & Starved)
  /** Interrupts were lost or came without a completion, while the host kept threads from running. */
  | { readonly kind: "interrupts-unclear"; readonly lost: number; readonly spurious: number }
  | { readonly kind: "host-busy"; readonly loadAverage: number }
  | { readonly kind: "no-function-reset" }
  /** Of a later phasebit, in its words. */
  | { readonly kind: "noted"; readonly text: string }
  | {
      readonly kind: "drift-larger-than-difference";
      /** "IOPS", "p99". */
      readonly figures: readonly string[];
      readonly pairs: readonly { readonly a: string; readonly b: string }[];
      /** The largest change over all rounds. */
      readonly worst: { readonly figure: string; readonly mode: string; readonly percent: number };
    };
