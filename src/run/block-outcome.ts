// What a block takes and gives: plain data, which the library's declarations may name.
import type { Warning } from "../measurement/measurement.ts";
import type { Measured } from "./block.ts";
import type { Sample } from "./monitor.ts";
import type { PrepareOptions } from "./prepare.ts";
import type { HostEvidence } from "./starvation.ts";
import type { Stops } from "./stops.ts";

/** What a block takes beside its workload. */
export interface BlockOptions extends PrepareOptions {
  readonly onSample?: ((sample: Sample) => void) | undefined;
}

/** What a block gave. */
export interface BlockOutcome extends Measured {
  /** What the scheduler did with the threads. */
  readonly threads: Pick<HostEvidence, "shares" | "load">;
  /** How often the process stood still meanwhile. */
  readonly stops: Stops;
  /** Why no other block can follow, if so: the controller failed, or may still write to this one's memory. */
  readonly failure: Warning | undefined;
}
