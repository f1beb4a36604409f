// Memory windows of a vfio-user server: each is told with the file behind it, which the server maps itself. What it does by
// message instead is checked here.

import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import type { FaultReport, FaultWatch, IommuFault } from "../memory/faults.ts";
import { type Access, accessBits, type Iommu } from "../memory/iommu.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { closeAll } from "../vfio-user/connection.ts";
import { EFAULT } from "../vfio-user/errno.ts";
import { Command, Default, DmaFlag, dmaMap, dmaUnmap } from "../vfio-user/protocol.ts";
import type { Exchange, PeerMemory } from "./user-exchange.ts";

interface Window {
  readonly span: Span;
  readonly iova: bigint;
  readonly access: Access;
}

/** Refused accesses that are kept for whoever asks. */
const MOST_FAULTS = 64;

const flagsOf: Readonly<Record<Access, number>> = {
  "read-write": DmaFlag.READ | DmaFlag.WRITE,
  "read-only": DmaFlag.READ,
  "write-only": DmaFlag.WRITE,
};

export class UserIommu implements Iommu, PeerMemory {
  /** Set before anything is mapped: the exchange needs the windows to begin with. */
  exchange!: Exchange;
  memory!: LinearMemory;
  #windows: Window[] = [];
  #faults: IommuFault[] = [];
  #mostWindows: number = Default.MAX_DMA_MAPS;

  /** What the server said. */
  limit(mostWindows: number): void {
    this.#mostWindows = mostWindows;
  }

  ranges(): readonly [] {
    return [];
  }

  /** @throws PhasebitError DEVICE when the server refuses it, ENVIRONMENT when it has said that it takes no more */
  map(span: Span, iova: bigint, access: Access): void {
    const file = this.memory.fileOf(span);
    if (file === undefined) {
      throw new PhasebitError("INTERNAL", `map ${span.bytes} bytes at ${span.pointer}: no file`);
    }
    if (this.#windows.length >= this.#mostWindows) {
      const limit = `the server takes ${this.#mostWindows} memory windows`;
      throw new PhasebitError("ENVIRONMENT", `map ${span.bytes} bytes: ${limit}`, { limit });
    }
    const payload = dmaMap.encode({
      ...{ argsz: dmaMap.bytes, flags: flagsOf[access], offset: BigInt(file.offset) },
      ...{ address: iova, size: BigInt(span.bytes) },
    });
    closeAll(this.exchange.ask(Command.DMA_MAP, payload, { fds: [file.fd] }).fds);
    this.#windows.push({ span, iova, access });
  }

  /** A server that is lost has nothing more to give back: the kernel has taken its mappings, or it keeps them. */
  unmap(iova: bigint, bytes: number): void {
    const rest = this.#windows.filter((one) => one.iova !== iova || one.span.bytes !== bytes);
    if (rest.length === this.#windows.length) {
      const what = `unmap ${bytes} bytes at ${iova.toString(16)}h: not mapped`;
      throw new PhasebitError("INTERNAL", what);
    }
    this.#windows = rest;
    if (this.exchange.lost !== undefined) return;
    const size = BigInt(bytes);
    const payload = dmaUnmap.encode({ argsz: dmaUnmap.bytes, flags: 0, address: iova, size });
    closeAll(this.exchange.ask(Command.DMA_UNMAP, payload).fds);
  }

  read(address: bigint, bytes: bigint): Uint8Array {
    return this.#part(address, bytes, "read-only").slice();
  }

  write(address: bigint, bytes: Uint8Array): void {
    this.#part(address, BigInt(bytes.length), "write-only").set(bytes);
  }

  watchFaults(): FaultWatch {
    this.#faults = [];
    const take = (): FaultReport => ({
      faults: this.#faults.splice(0),
      isComplete: false,
      why: "what a server does to memory that it has mapped shows nowhere",
    });
    return { take, close: () => {} };
  }

  /** @throws PhasebitError USAGE: the protocol has no message for it */
  answerFaults(): never {
    const limit = "a vfio-user server maps what it was told of, and cannot ask for more";
    throw new PhasebitError("USAGE", `answer page faults: ${limit}`, { what: "faults", limit });
  }

  /** All in one window, with the right to it. @throws a number of errno */
  #part(address: bigint, bytes: bigint, need: "read-only" | "write-only"): Uint8Array {
    const window = this.#windows.find(
      ({ iova, span }) => address >= iova && address + bytes <= iova + BigInt(span.bytes),
    );
    const isAllowed = window !== undefined && (accessBits[window.access] & accessBits[need]) !== 0;
    if (!isAllowed || bytes > BigInt(Default.MAX_DATA_XFER_SIZE)) {
      this.#note(address, bytes, need);
      throw EFAULT;
    }
    const first = window.span.pointer + Number(address - window.iova);
    return this.memory.bytes.subarray(first, first + Number(bytes));
  }

  #note(iova: bigint, bytes: bigint, need: "read-only" | "write-only"): void {
    if (this.#faults.length >= MOST_FAULTS) return;
    const access = need === "read-only" ? "read" : "write";
    const why = "the server asked for it by message, and nothing that allows it is mapped there";
    this.#faults.push({ iova, bytes: Number(bytes), access, why });
  }
}
