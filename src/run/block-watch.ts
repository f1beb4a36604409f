// What ends a block before its time, and how: a command that had its time, a controller that is not well, a medium that
// the host took away.
import { JobStop } from "../../assembly/layout.ts";
import type { Warning } from "../measurement/measurement.ts";
import type { Device } from "../nvme/device.ts";
import { failureOf } from "./closing.ts";
import type { JobView } from "./job-view.ts";

export class BlockWatch {
  readonly #device: Pick<Device, "health" | "transport">;
  readonly #views: readonly JobView[];
  #failure: Warning | undefined;

  constructor(device: Pick<Device, "health" | "transport">, views: readonly JobView[]) {
    this.#device = device;
    this.#views = views;
  }

  /** What ended the block, but for a command. */
  get failure(): Warning | undefined {
    return this.#failure;
  }

  stop(how: Exclude<JobStop, JobStop.NONE>): void {
    for (const view of this.#views) view.stop(how);
  }

  look(): void {
    // one job less is another workload
    if (this.#views.some((view) => view.isOverdue)) this.stop(JobStop.END);
    if (this.#failure !== undefined) return;
    const { hostFailure } = this.#device.transport;
    if (hostFailure !== undefined) {
      this.#failure = { kind: "medium-lost", why: hostFailure.message };
      // the device still answers what is in flight
      this.stop(JobStop.END);
      return;
    }
    this.#failure = failureOf(this.#device);
    if (this.#failure !== undefined) this.stop(JobStop.FAILED);
  }
}
