// How a job learns of completions: what `--completion` and its relatives come to on a given device.
import { WaitMode } from "../../assembly/layout.ts";
import { badOption, optionError } from "../ground/errors.ts";
import type { Workload } from "../measurement/workload.ts";
import { coalescingText } from "../measurement/workload-names.ts";
import type { CompletionMode, InterruptChoice } from "../measurement/workload-options.ts";
import { type InterruptKind, interruptKinds, type Transport } from "../transport/transport.ts";

export const WAIT_MODES: Readonly<Record<CompletionMode, WaitMode>> = {
  poll: WaitMode.POLL,
  interrupt: WaitMode.INTERRUPT,
  hybrid: WaitMode.HYBRID,
  lhp: WaitMode.LHP,
  adaptive: WaitMode.ADAPTIVE,
};

/** A kind of interrupt, and the vector of each queue in turn. */
export interface Vectors {
  readonly kind: InterruptKind;
  readonly vectors: readonly number[];
  /** Several queues on one vector. */
  readonly isShared: boolean;
}

/**
 * The vectors of `queues` queues as the device has them, which the host may not: 1, 2, … since 0 is the admin queue's, as
 * far as there are enough.
 * @throws PhasebitError ENVIRONMENT when the device has no such interrupts.
 */
export function vectorsFor(
  choice: InterruptChoice,
  queues: number,
  transport: Pick<Transport, "vectors" | "address">,
): Vectors {
  const kind = kindOf(choice, transport);
  const available = transport.vectors[kind];
  if (available === 0) {
    const others = interruptKinds.filter((other) => transport.vectors[other] > 0);
    const has = others.join(", ") || "none";
    const why = ` ${choice}: ${transport.address} has no such interrupts; it has ${has}`;
    const facts = { what: "irq", value: choice };
    throw optionError("ENVIRONMENT", [{ option: "irq" }, why], facts);
  }
  const ioVectors = choice === "msix-shared" ? 1 : Math.max(1, available - 1);
  const first = available > 1 ? 1 : 0;
  const vectors = Array.from({ length: queues }, (_, queue) => first + (queue % ioVectors));
  return { kind, vectors, isShared: new Set(vectors).size < queues };
}

/**
 * The same, switched on: where the host has fewer than they would take, queues share those that there are, down to one
 * message of MSI, which is the admin queue's too.
 */
export function grantVectors(
  choice: InterruptChoice,
  queues: number,
  transport: Transport,
): Vectors {
  const wanted = vectorsFor(choice, queues, transport);
  const { kind } = wanted;
  const most = Math.max(...wanted.vectors) + 1;
  const granted = transport.wiring?.grant(kind, most) ?? most;
  if (granted >= most) return wanted;
  const { address } = transport;
  return vectorsFor(choice, queues, {
    address,
    vectors: { ...transport.vectors, [kind]: granted },
  });
}

/**
 * @param vectorsOf `vectorsFor` for what the device has, `grantVectors` for what the host gives of it
 * @throws PhasebitError USAGE for a vector to coalesce that no queue of any workload has.
 */
export function requireCoalescedVector(
  workloads: readonly Workload[],
  transport: Transport,
  vectorsOf: typeof grantVectors,
): void {
  const [first, ...others] = workloads.filter(({ coalesce }) => coalesce?.vector !== undefined);
  if (first === undefined) return;
  const used = [first, ...others].map(({ coalesce, completion, numjobs }) => ({
    vector: coalesce!.vector!,
    vectors: vectorsOf(completion.irq, numjobs, transport).vectors,
  }));
  if (used.some(({ vector, vectors }) => vectors.includes(vector))) return;
  const own = [...new Set(used.flatMap(({ vectors }) => vectors))].join(", ");
  throw badOption(
    "coalesce",
    coalescingText(first.coalesce!),
    `no queue has vector ${used[0]!.vector}; those of the queues are ${own}`,
  );
}

function kindOf(choice: InterruptChoice, transport: Pick<Transport, "vectors">): InterruptKind {
  if (choice === "msix-shared") return "msix";
  if (choice !== "auto") return choice;
  return interruptKinds.find((kind) => transport.vectors[kind] > 0) ?? "msix";
}
