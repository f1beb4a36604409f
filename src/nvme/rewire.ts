// Another eventfd for a vector, while commands are in flight.

import { Register } from "../../assembly/spec/registers.ts";
import type { EventFd } from "../compiled/native.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { InterruptKind, Transport } from "../transport/transport.ts";
import type { Controller } from "./controller.ts";
import { type Maskable, maskInterrupts, unmaskInterrupts } from "./interrupt-mask.ts";

/** What has vectors, and queues on them: a device. */
export interface Rewirable extends Maskable {
  readonly transport: Transport;
  readonly controller: Controller | undefined;
}

/**
 * Replaces the eventfd of a vector; commands may be in flight. The new one counts all that comes from now on, and what the
 * old one had counted that nobody took. The old one is closed: whoever waits on it must have stopped. A message of MSI is
 * held back meanwhile by INTMS (NVMe 1.4, section 3.1.3). Look at the queue once afterwards, as after any wait.
 * @param kind in which the device's interrupts come
 * @throws PhasebitError USAGE for a vector without an eventfd, and while a loop has one of its queues.
 */
export function rewireInterrupt(device: Rewirable, kind: InterruptKind, vector: number): EventFd {
  const { transport, controller } = device;
  const { wiring } = transport;
  if (wiring === undefined || !wiring.isWired(kind, vector)) {
    throw badValue("vector", vector, `has no eventfd with ${kind}: interrupt() comes first`);
  }
  for (const cq of controller?.completionQueues ?? []) {
    if (cq.vector !== vector || cq.owner === undefined) continue;
    const why = `completion queue ${cq.id} is lent to ${cq.owner}, which waits on the eventfd that it has`;
    throw new PhasebitError("USAGE", `rewire vector ${vector}: ${why}`, { what: "vector" });
  }
  if (kind !== "msi" || isMasked(device, vector)) return wiring.rewire(kind, vector);
  maskInterrupts(device, kind, [vector]);
  try {
    return wiring.rewire(kind, vector);
  } finally {
    unmaskInterrupts(device, kind, [vector]);
  }
}

function isMasked({ registers }: Maskable, vector: number): boolean {
  return ((registers.read(Register.INTMS) >>> vector) & 1) !== 0;
}
