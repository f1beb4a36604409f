// A device in virtual time whose every service time is known. Completions arrive at their own moments, also while
// the loop is in the middle of a sweep: whatever the clock shows, a little time passes before the loop goes on.
import {
  BLOCK_DRAINED_READS,
  BLOCK_NOW,
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
} from "../../assembly/layout.ts";
import { instantiateHost } from "../../src/compiled/modules.ts";
import type { LatencyCounts } from "../../src/measurement/measurement.ts";
import { at, configureLoop, type Harness, harness } from "./harness.ts";

const SQE_BYTES = 64;
const CQE_BYTES = 16;
const PHASE = 1n << 48n;
const NEVER = 1n << 62n;
/** From one reading of the clock to the next while the loop works, and how much of that comes after the reading. */
const READING_NS = 40n;
const AFTER_NS = 25n;

const SLICE_NS = 10_000n;

/** How much longer than its service time a command may be seen to take. */
export const RESOLUTION_NS = 3 * Number(READING_NS);

/** What a run against the device gave. */
export interface Known {
  readonly host: Harness;
  /** Service times of the commands that completed, as they were drawn, in ns. */
  readonly servicesNs: readonly number[];
  readonly latency: LatencyCounts;
  /** How many had completed, by the device's own count, when the loop ended, and how long it had run. */
  readonly inTime: number;
  readonly elapsedNs: number;
}

/** How a run against the device goes: until so many have completed, or for so long. */
export interface Course {
  readonly depth: number;
  readonly commands?: number;
  readonly runtimeNs?: bigint;
  readonly staged?: boolean;
}

interface InFlight {
  readonly dueNs: bigint;
  readonly cid: bigint;
  readonly serviceNs: number;
}

/** Lets the loop run at a depth. @param service ns of the n-th command */
export function runAgainst(
  service: (command: number) => number,
  { depth, commands = Number.POSITIVE_INFINITY, runtimeNs = NEVER, staged = false }: Course,
): Known {
  const host = harness();
  const entries = depth + 1;
  const inFlight: InFlight[] = [];
  const servicesNs: number[] = [];
  let head = 0;
  let posted = 0;
  let fetched = 0;

  /** Reads what was announced: its time begins now, after its doorbell. */
  const fetch = (): void => {
    const tail = host.u32[at.sqDoorbell / 4]!;
    for (; head !== tail; head = (head + 1) % entries) {
      const cid = BigInt(host.u16[(at.sq + head * SQE_BYTES) / 2 + 1]!);
      const serviceNs = Math.round(service(fetched++));
      const dueNs = host.now + BigInt(serviceNs);
      const place = inFlight.findIndex((other) => other.dueNs > dueNs);
      inFlight.splice(place < 0 ? inFlight.length : place, 0, { dueNs, cid, serviceNs });
    }
  };
  const post = (): void => {
    while (inFlight.length > 0 && inFlight[0]!.dueNs <= host.now) {
      const { cid, serviceNs } = inFlight.shift()!;
      const phase = Math.floor(posted / entries) % 2 === 0 ? PHASE : 0n;
      const entry = (at.cq + (posted % entries) * CQE_BYTES) / 8;
      host.u64[entry + 1] = BigInt(head) | (3n << 16n) | (cid << 32n) | phase;
      servicesNs.push(serviceNs);
      posted++;
    }
  };
  const pass = (ns: bigint): void => {
    host.now += ns;
    post();
  };
  /** Everything submitted is in flight: the loop looks, and nobody has to look on. */
  const isIdle = (): boolean => inFlight.length > 0 && inFlight.length === wasm.outstanding();
  const clock = (): void => {
    fetch();
    pass(READING_NS - AFTER_NS);
    if (isIdle()) pass(inFlight[0]!.dueNs - host.now);
    host.u64[(at.block + BLOCK_NOW) / 8] = host.now;
    pass(AFTER_NS);
  };
  const wasm = instantiateHost(host.memory, { clock });
  host.now = 1_000_000n;
  configureLoop({ ...host, wasm }, depth, entries);
  if (staged) wasm.configureStages(at.scratch, 0);
  wasm.start();
  const run = staged ? wasm.runStaged : wasm.run;
  const startedNs = host.now;
  const endNs = startedNs + runtimeNs;
  while (posted < commands && host.now < endNs) {
    const sliceNs = host.now + SLICE_NS;
    run(sliceNs < endNs ? sliceNs : endNs);
  }
  const elapsedNs = Number(host.now - startedNs);
  const inTime = posted;
  while (wasm.outstanding() > 0) wasm.drain(host.now + 1_000_000_000n);
  wasm.publish();
  const latency = recorded(host);
  return { host: { ...host, wasm }, servicesNs, latency, inTime, elapsedNs };
}

function recorded({ u64 }: Harness): LatencyCounts {
  const first = (at.reads + HISTOGRAM_HEADER_BYTES) / 8;
  const counts: [number, number][] = [];
  for (let index = 0; index < 33_792; index++) {
    const count = Number(u64[first + index]!);
    if (count > 0) counts.push([index, count]);
  }
  return {
    total: counts.reduce((sum, [, count]) => sum + count, 0),
    minNs: Number(u64[(at.reads + HISTOGRAM_MIN) / 8]!),
    maxNs: Number(u64[(at.reads + HISTOGRAM_MAX) / 8]!),
    sumNs: Number(u64[(at.reads + HISTOGRAM_SUM) / 8]!),
    drained: Number(u64[(at.block + BLOCK_DRAINED_READS) / 8]!),
    counts,
  };
}
