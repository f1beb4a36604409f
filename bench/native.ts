// The benchmark's own addon: the loop in C++ and the devices. `npm run bench` builds it; nothing else
// needs it.
import { createRequire } from "node:module";
import * as layout from "../assembly/layout.ts";
import type { ClockScale } from "../src/compiled/native.ts";
import { PhasebitError } from "../src/ground/errors.ts";
import { packageRoot } from "../src/ground/package.ts";
import type { Place } from "./place.ts";

/** What a device takes of a place. */
export type DevicePlace = Pick<
  Place,
  | ("sq" | "cq" | "sqTailDoorbell" | "cqHeadDoorbell" | "block")
  | ("sqid" | "sqEntries" | "cqEntries" | "depth")
>;

/** The addon's exports. There is one loop, one thread device and one stub. */
export interface BenchNative {
  /** What the C++ side takes for the numbers of assembly/layout.ts, by their names there. */
  readonly layout: Readonly<Record<string, number>>;
  /** Names the linear memory, and the loop's clock, for all calls below. */
  attach(memory: Uint8Array, scale: ClockScale | null): void;
  configure(place: Place, readsClock: boolean): void;
  start(): void;
  resetCounters(): void;
  run(until: bigint): void;
  drive(commands: number): number;
  publish(): void;
  /** Starts a thread, pinned to `cpu`, that completes at once what the SQ tail doorbell announces. */
  startDevice(place: DevicePlace, cpu: number): void;
  /** After that many more completions the device stores `now` as the clock's reading. */
  endAfter(commands: number, now: bigint): void;
  /** Joins the thread. */
  stopDevice(): void;
  attachStub(place: DevicePlace): void;
  /** Posts the next completions before their commands exist. @returns whether they found room. */
  postAhead(commands: number): boolean;
}

/** Sizes that have no name in layout.ts. */
const ENTRY_SIZES = { SQE_BYTES: 64, CQE_BYTES: 16 };

/** @throws PhasebitError ENVIRONMENT when the addon was not built, INTERNAL when layouts differ. */
export function loadBenchNative(): BenchNative {
  const file = `${packageRoot}/bench/native/build/Release/bench.node`;
  let addon: BenchNative;
  try {
    addon = createRequire(import.meta.url)(file) as BenchNative;
  } catch (cause) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `load ${file}: ${(cause as Error).message}; build it with "node bench/native/build.mjs"`,
    );
  }
  checkLayout(addon.layout);
  return addon;
}

function checkLayout(theirs: BenchNative["layout"]): void {
  const ours: Record<string, unknown> = { ...layout, ...ENTRY_SIZES };
  for (const [name, value] of Object.entries(theirs)) {
    if (ours[name] === value) continue;
    throw new PhasebitError(
      "INTERNAL",
      `compare layouts: ${name} is ${value} in bench/native/layout.h and ${ours[name]} in ` +
        "assembly/layout.ts",
    );
  }
}
