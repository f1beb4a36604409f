// What resting costs where completions come at any time: a thread that only naps, each nap no longer than a wake-up takes,
// and takes what is there. No nap can be shorter, and what comes during one waits for its end.
import { quantile } from "./statistics.ts";
import type { Machine } from "./virtual-host.ts";

/** What a look after each nap takes. */
const LOOK_NS = 100;

/** As shares of looking all the time. */
export interface Rested {
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
}

/** Plays until `commands` have completed, `depth` in flight at any time. */
export function onlyNaps(
  service: (command: number) => number,
  machine: Machine,
  { depth, commands }: { depth: number; commands: number },
): Rested {
  const services: number[] = [];
  const latencies: number[] = [];
  let now = 0;
  let idleNs = 0;
  const submit = (): { readonly submittedNs: number; readonly dueNs: number } => {
    const ns = service(services.length);
    services.push(ns);
    return { submittedNs: now, dueNs: now + ns };
  };
  const inFlight = Array.from({ length: depth }, submit);
  for (let naps = 0; latencies.length < commands; naps++) {
    const ns = machine.wake(naps);
    now += ns + LOOK_NS;
    idleNs += ns - machine.switchNs;
    for (const [slot, { submittedNs, dueNs }] of inFlight.entries()) {
      if (dueNs > now) continue;
      latencies.push(now - submittedNs);
      inFlight[slot] = submit();
    }
  }
  const of = (share: number): number => quantile(latencies, share) / quantile(services, share);
  return { p50: of(0.5), p99: of(0.99), cpu: 1 - idleNs / now };
}
