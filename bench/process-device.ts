// The null device in another process, over vfio-user: its queues and doorbells are what the client of `run` has, mapped by
// descriptor, and the protocol is over when a case begins.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PhasebitError } from "../src/ground/errors.ts";
import { packageRoot } from "../src/ground/package.ts";
import type { LinearMemory } from "../src/memory/linear-memory.ts";
import type { UserTransport } from "../src/transport/user.ts";
import { openUser } from "../src/transport/user-open.ts";
import type { NullDevice } from "./null-device.ts";
import type { Order } from "./null-server.ts";
import type { Place } from "./place.ts";

export class ProcessDevice implements NullDevice {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #transport: UserTransport;
  readonly #cpu: number;

  private constructor(folder: string, child: ChildProcess, transport: UserTransport, cpu: number) {
    this.#folder = folder;
    this.#child = child;
    this.#transport = transport;
    this.#cpu = cpu;
  }

  /** @param cpu the device's; the server's other threads sleep meanwhile */
  static async open(cpu: number): Promise<ProcessDevice> {
    const folder = mkdtempSync(join(tmpdir(), "phasebit-bench-"));
    const child = fork(`${packageRoot}/dist/bench/null-server.js`, [folder], {
      serialization: "advanced",
    });
    await answered(child);
    const transport = await openUser(`vfio-user:${folder}/cntrl`);
    transport.memory.placeFor(transport.iommu);
    transport.memory.attach(transport.iommu);
    return new ProcessDevice(folder, child, transport, cpu);
  }

  /** What the device reaches. */
  get memory(): LinearMemory {
    return this.#transport.memory;
  }

  async start(place: Place): Promise<void> {
    const { iovaBase, doorbells } = this.memory;
    const { sqid, sqEntries, cqEntries, depth } = place;
    const remote = {
      ...{ sqid, sqEntries, cqEntries, depth },
      sq: iovaBase + BigInt(place.sq),
      cq: iovaBase + BigInt(place.cq),
      sqTailDoorbell: place.sqTailDoorbell - doorbells.pointer,
      cqHeadDoorbell: place.cqHeadDoorbell - doorbells.pointer,
    };
    await this.#order({ kind: "start", place: remote, cpu: this.#cpu });
  }

  endAfter(): never {
    throw new PhasebitError("INTERNAL", "end a slice: the device in another process has no clock");
  }

  async stop(): Promise<void> {
    await this.#order({ kind: "stop" });
  }

  async close(): Promise<void> {
    await this.#order({ kind: "leave" });
    const ended = once(this.#child, "exit");
    await this.#transport.close();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #order(order: Order): Promise<void> {
    this.#child.send(order);
    await answered(this.#child);
  }
}

/** @throws PhasebitError INTERNAL when the process ends instead */
async function answered(child: ChildProcess): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = async (): Promise<void> => {
    const [code] = await once(child, "exit", { signal });
    throw new PhasebitError("INTERNAL", `ask the null device's process: it ended with ${code}`);
  };
  try {
    await Promise.race([once(child, "message", { signal }), ended()]);
  } finally {
    settled.abort();
  }
}
