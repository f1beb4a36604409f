// The client's memory in the controller's linear memory: each window is mapped from the client's file, and in the
// controller's table, which checks every access. A file that its owner cuts short costs the client its session, and nobody
// else anything.
import { BUS_PEER_LOST, IOMMU_MAX_PLACED } from "../../assembly/layout.ts";
import { PAGE_BYTES, Register } from "../../assembly/spec/registers.ts";
import { type Mapping, type NativeError, native } from "../compiled/native.ts";
import type { EmbeddedTransport } from "../embedded/transport.ts";
import { PhasebitError } from "../ground/errors.ts";
import { Arena, type Span } from "../memory/arena.ts";
import { type Access, accessBits } from "../memory/iommu.ts";
import { HUGE_PAGE_BYTES } from "../memory/linear-memory.ts";
import { EEXIST, EINVAL, ENOENT, ENOSPC, EOPNOTSUPP, EPERM } from "../vfio-user/errno.ts";
import { DmaFlag } from "../vfio-user/protocol.ts";
import { Refusal } from "./refusal.ts";

/** Windows of one client. */
export const MOST_WINDOWS = IOMMU_MAX_PLACED;

/** What a client says of a window. */
export interface WindowWish {
  readonly address: bigint;
  readonly size: bigint;
  readonly offset: bigint;
  /** Some of DmaFlag. */
  readonly flags: number;
}

interface Window {
  readonly address: bigint;
  readonly size: bigint;
  /** null where no descriptor came: the controller does not reach it. */
  readonly mapped: { readonly span: Span; readonly mapping: Mapping } | null;
}

const ADDRESSES = 2n ** 64n;
const PAGE = BigInt(PAGE_BYTES);

export class ClientWindows {
  readonly #controller: EmbeddedTransport;
  readonly #room: Arena;
  /** By ascending address. */
  #windows: Window[] = [];

  constructor(controller: EmbeddedTransport) {
    this.#controller = controller;
    // from 0 on: the window's address lies on a huge page, its pointer may not
    const { bytes } = controller.memory.peer;
    this.#room = new Arena("the client's memory", { pointer: 0, bytes });
  }

  get count(): number {
    return this.#windows.length;
  }

  /** Whether a page of them could not be had: the client has cut a file short. */
  get isLost(): boolean {
    return this.#controller.memory.u32[BUS_PEER_LOST / 4] !== 0;
  }

  /**
   * A window, from a file where `fd` is one.
   * @throws Refusal for what overlaps, wraps, does not lie on pages or does not fit its file
   */
  map(wish: WindowWish, fd: number | undefined): void {
    const access = accessOf(wish.flags);
    requireRange(wish);
    const { address, size } = wish;
    const index = this.#before(address + size);
    const last = this.#windows[index - 1];
    const other = last !== undefined && address < last.address + last.size ? last : undefined;
    if (other !== undefined) throw new Refusal(EEXIST, `${told(wish)} lies on ${told(other)}`);
    if (this.#windows.length >= MOST_WINDOWS) {
      throw new Refusal(ENOSPC, `there are ${MOST_WINDOWS} windows`);
    }
    const mapped = fd === undefined ? null : this.#mapped(wish, access, fd);
    this.#windows.splice(index, 0, { address, size, mapped });
  }

  /** @throws Refusal when no window is just that */
  unmap(address: bigint, size: bigint): void {
    const index = this.#before(address + 1n) - 1;
    const window = this.#windows[index];
    if (window?.address !== address || window.size !== size) {
      throw new Refusal(ENOENT, `${told({ address, size })} is no window`);
    }
    this.#windows.splice(index, 1);
    this.#end([window]);
  }

  /** How many windows begin before an address. */
  #before(address: bigint): number {
    let [low, high] = [0, this.#windows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#windows[middle]!.address < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  unmapAll(): void {
    const windows = this.#windows;
    this.#windows = [];
    this.#end(windows);
    this.#controller.memory.u32[BUS_PEER_LOST / 4] = 0;
  }

  #mapped(wish: WindowWish, access: Access, fd: number): NonNullable<Window["mapped"]> {
    const bytes = Number(wish.size);
    const span = this.#place(bytes);
    let mapping: Mapping | undefined;
    try {
      mapping = native().mapDescriptor(
        ...([this.#controller.memory.bytes, span.pointer, bytes, fd] as const),
        ...([Number(wish.offset), accessBits[access], BUS_PEER_LOST] as const),
      );
      this.#controller.iommu.map(span, wish.address, access);
      return { span, mapping };
    } catch (error) {
      mapping?.close();
      this.#release(span);
      throw refusalOf(error as NativeError);
    }
  }

  /** Out of the table, then past everything that the controller was about, and only then out of the memory. */
  #end(windows: readonly Window[]): void {
    const mapped = windows.flatMap((one) =>
      one.mapped === null ? [] : [{ ...one.mapped, ...one }],
    );
    if (mapped.length === 0) return;
    for (const { address, span } of mapped) this.#controller.iommu.unmap(address, span.bytes);
    this.#controller.read32(Register.VS);
    for (const { span, mapping } of mapped) {
      mapping.close();
      this.#release(span);
    }
  }

  #place(bytes: number): Span {
    const alignment = bytes % HUGE_PAGE_BYTES === 0 ? HUGE_PAGE_BYTES : PAGE_BYTES;
    try {
      const { pointer } = this.#room.allocate(bytes, alignment);
      return { pointer: pointer + this.#controller.memory.peer.pointer, bytes };
    } catch (error) {
      throw new Refusal(ENOSPC, (error as Error).message);
    }
  }

  #release({ pointer, bytes }: Span): void {
    this.#room.release({ pointer: pointer - this.#controller.memory.peer.pointer, bytes });
  }
}

function accessOf(flags: number): Access {
  if ((flags & DmaFlag.FILE_IO) !== 0) throw new Refusal(EOPNOTSUPP, "windows by file I/O");
  switch (flags & ~DmaFlag.MMAP) {
    case DmaFlag.READ:
      return "read-only";
    case DmaFlag.WRITE:
      return "write-only";
    case DmaFlag.READ | DmaFlag.WRITE:
      return "read-write";
    default:
      throw new Refusal(EINVAL, `a window with the flags ${flags}`);
  }
}

function requireRange(wish: WindowWish): void {
  const { address, size, offset } = wish;
  const isOnPages = address % PAGE === 0n && size % PAGE === 0n && offset % PAGE === 0n;
  if (!isOnPages || size === 0n) throw new Refusal(EINVAL, `${told(wish)} is not whole pages`);
  if (address + size > ADDRESSES) throw new Refusal(EINVAL, `${told(wish)} wraps`);
  if (size > BigInt(Number.MAX_SAFE_INTEGER) || offset > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Refusal(ENOSPC, `${told(wish)} at ${offset} of its file`);
  }
}

const told = ({ address, size }: Pick<WindowWish, "address" | "size">): string =>
  `a window of ${size} bytes at ${address.toString(16)}h`;

function refusalOf(error: NativeError | PhasebitError): Refusal {
  if (error instanceof PhasebitError) return new Refusal(ENOSPC, error.message);
  const errno = error.code === "EACCES" || error.code === "EPERM" ? EPERM : EINVAL;
  return new Refusal(errno, error.message);
}
