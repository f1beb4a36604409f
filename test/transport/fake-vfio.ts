// A machine without VFIO that behaves as if: every call is written down in order, any call can be told to fail, and
// time passes only in sleeps.
import type {
  EventFd,
  FaultQueue,
  IommufdFault,
  Mapping,
  NativeError,
  VfioDevice,
  VfioInterruptInfo,
  VfioRegion,
} from "../../src/compiled/native.ts";
import type { KernelLog } from "../../src/transport/kernel-log.ts";
import type { VfioSystem } from "../../src/transport/vfio.ts";
import { PciTree } from "../pci/tree.ts";

const CONTAINER_FD = 100;
const GROUP_FD = 101;
const IOMMUFD_FD = 102;
const IOAS = 5;
const FAULT_QUEUE = 6;
const PAGE_TABLE = 7;
export const IOMMUFD_ID = 9;
const FIRST_EVENT_FD = 200;

/** As the addon makes them. */
export function nativeError(code: string, action: string): NativeError {
  const facts = { code, errno: -1, syscall: "ioctl" };
  return Object.assign(new Error(`${action}: ${code}, told to`), facts);
}

export class FakeVfio implements VfioSystem {
  readonly roots = new PciTree();
  /** What was called, in order, without reads. */
  readonly log: string[] = [];
  /** What the function is like. */
  viable = true;
  hasReset = true;
  /** Of MSI. */
  messages = 4;
  bar0: VfioRegion = {
    bytes: 0x4000,
    readable: true,
    writable: true,
    mappable: true,
    mappableAreas: [],
  };
  /** What a hot reset reaches. */
  behindLink = [{ address: "0000:01:00.0", group: 7 }];
  /** Other BARs by number; what is not here has 4096 bytes. */
  readonly otherBars = new Map<number, VfioRegion>();
  ranges: { start: bigint; end: bigint }[] = [{ start: 0n, end: (1n << 48n) - 1n }];
  readonly config = new Uint8Array(256);
  readonly registers = new Map<number, number>();
  /** BAR0 offsets and the pointers they were mapped at. */
  readonly mapped: { pointer: number; offset: number; bytes: number }[] = [];
  nowMs = 0;
  readonly #failures: { call: string; code: string; left: number; after: number }[] = [];
  #eventFds = 0;

  /** Makes `call` fail `times` times, after it succeeded `after` times. */
  fail(call: string, code: string, { times = Number.POSITIVE_INFINITY, after = 0 } = {}): void {
    this.#failures.push({ call, code, left: times, after });
  }

  /** What the kernel's log says next. */
  kernelLog: string[] = [];

  /** Page faults that the kernel tells of next. */
  pageFaults: IommufdFault[] = [];

  openKernelLog(): KernelLog {
    this.#call("open kernel log");
    return {
      take: () => ({
        records: this.kernelLog.splice(0).map((text, sequence) => ({ sequence, text })),
        hasLost: false,
      }),
      close: () => this.#call("close kernel log"),
    };
  }

  now(): number {
    return this.nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
  }

  readonly calls: VfioSystem["calls"] = {
    openVfioGroup: (number) => {
      this.#call("open group", number);
      return {
        fd: GROUP_FD,
        isViable: () => {
          this.#call("is viable");
          return this.viable;
        },
        setContainer: (fd) => this.#call("set container", fd),
        openDevice: (address, token) => this.#device("open device", address, token ?? ""),
        close: () => this.#call("close group"),
      };
    },
    openVfioContainer: () => {
      this.#call("open container");
      return {
        fd: CONTAINER_FD,
        setIommu: () => this.#call("set IOMMU"),
        iovaRanges: () => this.ranges,
        mapDma: (_memory, pointer, bytes, iova, access) =>
          this.#call("map DMA", pointer, bytes, iova.toString(16), ["", "r", "w", "rw"][access]!),
        unmapDma: (iova, bytes) => this.#call("unmap DMA", iova.toString(16), bytes),
        close: () => this.#call("close container"),
      };
    },
    openIommufd: (path) => {
      this.#call("open iommufd", this.#short(path));
      return {
        fd: IOMMUFD_FD,
        allocateIoas: () => {
          this.#call("allocate IOAS");
          return IOAS;
        },
        iovaRanges: (ioas) => {
          this.#call("IOVA ranges", ioas);
          return this.ranges;
        },
        mapDma: (ioas, _memory, pointer, bytes, iova, access) =>
          this.#call("map", ioas, pointer, bytes, iova.toString(16), access),
        unmapDma: (ioas, iova, bytes) => this.#call("unmap", ioas, iova.toString(16), bytes),
        allocateFaultQueue: () => this.#faultQueue(),
        allocatePageTable: (ioas, device, faults) => {
          this.#call("allocate page table", ioas, device, faults);
          return PAGE_TABLE;
        },
        destroy: (id) => this.#call("destroy", id),
        close: () => this.#call("close iommufd"),
      };
    },
    openVfioCdev: (path, address, iommufd, ioas, token) =>
      this.#device("open cdev", this.#short(path), address, iommufd, ioas, hexOf(token)),
    eventFd: () => this.#eventFd(),
  };

  /** Gives the function a character device of its own, and the kernel iommufds. */
  addIommufd(address: string): void {
    this.roots.addCdev(address, "vfio3");
  }

  #faultQueue(): FaultQueue {
    this.#call("allocate fault queue");
    return {
      id: FAULT_QUEUE,
      fd: 103,
      take: () => {
        this.#may("read faults");
        return this.pageFaults.splice(0);
      },
      answer: (cookie, code) => this.#call("answer", cookie, code),
      close: () => this.#call("close fault queue"),
    };
  }

  #short(path: string): string {
    return path.replace(this.roots.dev, "/dev");
  }

  #device(call: string, ...args: readonly (string | number)[]): VfioDevice {
    this.#call(call, ...args.filter((arg) => arg !== ""));
    return {
      hasReset: this.hasReset,
      iommufdId: call === "open cdev" ? IOMMUFD_ID : null,
      attach: (pageTable) => this.#call("attach", pageTable),
      region: (index) =>
        index === 0 ? this.bar0 : (this.otherBars.get(index) ?? { ...this.bar0, bytes: 4096 }),
      read32: (_region, offset) => {
        this.#may("read32");
        return this.registers.get(offset) ?? 0;
      },
      write32: (_region, offset, value) => {
        this.#may("write32");
        this.registers.set(offset, value);
      },
      readBytes: (_region, offset, bytes) => this.config.slice(offset, offset + bytes),
      writeBytes: (_region, offset, data) => {
        this.#call("write config", offset, ...data);
        this.config.set(data, offset);
      },
      mapRegion: (_memory, pointer, region, offset, bytes) => {
        this.#call("map BAR", region, offset, bytes);
        this.mapped.push({ pointer, offset, bytes });
        return this.#mapping(pointer, bytes);
      },
      interruptInfo: (index) => interruptInfo(index, this.messages),
      setInterrupts: (index, start, fds) => this.#call("set interrupts", index, start, ...fds),
      setUnmask: (index, vector, fd) => this.#call("set unmask", index, vector, fd),
      disableInterrupts: (index) => this.#call("disable interrupts", index),
      maskInterrupt: (index, vector) => this.#call("mask", index, vector),
      unmaskInterrupt: (index, vector) => this.#call("unmask", index, vector),
      reset: () => this.#call("reset"),
      hotResetFunctions: () => {
        this.#may("hot reset functions");
        return this.behindLink;
      },
      hotReset: (groups) => this.#call("hot reset", ...groups),
      close: () => this.#call("close device"),
    };
  }

  #mapping(pointer: number, bytes: number): Mapping {
    const close = (): void => this.#call("unmap BAR");
    return { pointer, bytes, pageBytes: 4096, fd: -1, fileOffset: 0, close };
  }

  #eventFd(): EventFd {
    const fd = FIRST_EVENT_FD + this.#eventFds++;
    return { fd, wait: () => 0, signal: () => {}, close: () => this.#call("close eventfd", fd) };
  }

  #call(name: string, ...args: readonly (string | number)[]): void {
    this.log.push([name, ...args].join(" "));
    this.#may(name);
  }

  #may(name: string): void {
    const failure = this.#failures.find(({ call, left }) => call === name && left > 0);
    if (failure === undefined) return;
    if (failure.after-- > 0) return;
    failure.left--;
    throw nativeError(failure.code, name);
  }
}

function hexOf(bytes: Uint8Array | null): string {
  return bytes === null ? "" : Buffer.from(bytes).toString("hex");
}

function interruptInfo(index: number, messages: number): VfioInterruptInfo {
  const isPin = index === 0;
  return { count: [1, messages, 9][index] ?? 1, eventfd: true, maskable: isPin, automasked: isPin };
}
