// The native addon's face: system calls on memory, VFIO, interrupts and threads. It knows files and
// descriptors, never NVMe. Every method throws a NativeError whose `code` is errno's name and whose
// message starts with the verb that failed ("map DMA window: ENOMEM").
import { createRequire } from "node:module";
import { PhasebitError } from "../ground/errors.ts";
import { packageRoot } from "../ground/package.ts";

/**
 * An errno failure of the addon: `code` is the errno's name ("ENOMEM"), `errno` its negated number as in
 * Node's own errors, `syscall` the call. Bad arguments throw a TypeError or a RangeError instead.
 */
export interface NativeError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/**
 * Pages of a file or a device, mapped MAP_FIXED | MAP_SHARED over a part of the linear memory. It keeps
 * the linear memory alive. `close()` puts anonymous zero pages over the place again (never a hole in
 * V8's reservation) and may be called twice; garbage collection does the same.
 */
export interface Mapping {
  readonly pointer: number;
  readonly bytes: number;
  /** Size of the pages behind it: 2097152 for huge pages, 4096 otherwise. */
  readonly pageBytes: number;
  /**
   * The file behind memory of `mapMemory`, for whoever is to map the same pages (a server of emulated devices at the
   * other end of a socket); -1 after `close()`, and always for files and BARs. It belongs to the mapping: duplicate or
   * send it, never close it. Whoever has got a copy keeps the pages alive, and its size cannot be changed.
   */
  readonly fd: number;
  /** Where in `fd` byte 0 of the mapping lies. */
  readonly fileOffset: number;
  close(): void;
}

/** Memory of `mapSegment`. */
export interface Segment extends Mapping {
  /** Makes the pages of a part of it: from here on none of them can be missing. ENOMEM when there is no room. */
  allocate(offset: number, bytes: number): void;
}

/** An eventfd. `wait` consumes the counter. */
export interface EventFd {
  /** -1 after `close()`. */
  readonly fd: number;
  /**
   * Blocks until the counter is not zero or `timeoutMs` (fractions allowed, at most 1e9) has passed. A
   * blocked thread cannot be terminated, so wait in short turns and look at the stop word between them.
   * @returns the counter's value, 0 at the deadline.
   */
  wait(timeoutMs: number): number;
  /** Adds one to the counter, as a device's interrupt does. */
  signal(): void;
  /** May be called twice. */
  close(): void;
}

/** Who is at the other end of a socket, as the kernel noted it when the connection was made. */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** A stream socket of this machine (AF_UNIX), which carries descriptors beside its bytes. It never blocks by itself. */
export interface UnixSocket {
  /** For `waitReadable`; -1 after `close()`. */
  readonly fd: number;
  /**
   * Sends all of `data`; copies of `fds` go with its first byte. ETIMEDOUT when the other end does not take them
   * within `timeoutMs`, EPIPE or ECONNRESET when there is none.
   */
  send(data: Uint8Array, fds: readonly number[], timeoutMs: number): void;
  /**
   * What is there, up to the length of `into`; 0 bytes are the end, null is nothing yet. Bytes behind descriptors are not
   * taken with those before them. The descriptors are the caller's to close, and not inherited. E2BIG when more than
   * `mostFds` came: they are closed, and bytes may be lost.
   */
  receive(
    into: Uint8Array,
    mostFds: number,
  ): { readonly bytes: number; readonly fds: number[] } | null;
  /** Of a listening socket the next connection; null when nobody waits. */
  accept(): UnixSocket | null;
  peer(): PeerCredentials;
  /** May be called twice. */
  close(): void;
}

/** One region of a VFIO device: index 0 to 5 the BARs, 7 the configuration space. */
export interface VfioRegion {
  readonly bytes: number;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Some of it may be mapped: `mappableAreas`, or all of it when that is empty. */
  readonly mappable: boolean;
  /** Parts that may be mapped when the region as a whole may not (sparse mmap capability). */
  readonly mappableAreas: readonly { readonly offset: number; readonly bytes: number }[];
}

/** One kind of interrupt: index 0 INTx, 1 MSI, 2 MSI-X, 3 ERR, 4 REQ. */
export interface VfioInterruptInfo {
  readonly count: number;
  readonly eventfd: boolean;
  readonly maskable: boolean;
  readonly automasked: boolean;
}

/**
 * A VFIO container: an address space of the IOMMU (type1v2). A group joins it, then it takes an IOMMU, then devices
 * of that group can be opened and memory can be mapped for them.
 */
export interface VfioContainer {
  /** For `VfioGroup.setContainer`; -1 after `close()`. */
  readonly fd: number;
  /** Takes the IOMMU of the groups in it. EINVAL while there is none, EPERM without interrupt remapping. */
  setIommu(): void;
  /** Usable IOVA ranges, both ends included, as the kernel reports them; empty when it does not. */
  iovaRanges(): readonly { readonly start: bigint; readonly end: bigint }[];
  /** Lets the devices read (`access` 1), write (2) or do both with (3) `bytes` at `pointer` under `iova`. */
  mapDma(memory: Uint8Array, pointer: number, bytes: number, iova: bigint, access: number): void;
  /** Unmaps what one `mapDma` mapped. ENOENT when less than `bytes` was mapped there. */
  unmapDma(iova: bigint, bytes: number): void;
  /**
   * May be called twice. What is mapped stays mapped until the groups in it are closed too: the kernel keeps the
   * address space for them.
   */
  close(): void;
}

/** An iommufd: I/O address spaces that functions are attached to (`openVfioCdev`), each known by a number. */
export interface Iommufd {
  /** For `openVfioCdev`; -1 after `close()`. */
  readonly fd: number;
  allocateIoas(): number;
  /** As `VfioContainer.iovaRanges`; narrower once a function is attached. */
  iovaRanges(ioas: number): readonly { readonly start: bigint; readonly end: bigint }[];
  /** As `VfioContainer.mapDma`. EEXIST when something is mapped there. */
  mapDma(
    ioas: number,
    memory: Uint8Array,
    pointer: number,
    bytes: number,
    iova: bigint,
    access: number,
  ): void;
  /** Unmaps what one `mapDma` mapped. ENOENT when nothing, or less, was mapped there. */
  unmapDma(ioas: number, iova: bigint, bytes: number): void;
  /** A queue for page faults, of which `allocatePageTable` takes the number. ENOTTY before Linux 6.11. */
  allocateFaultQueue(): FaultQueue;
  /**
   * Page tables of the device with the number `device` that have what is mapped in `ioas`, and whose page faults go to the
   * queue `faults`: `VfioDevice.attach` puts the device behind them. EOPNOTSUPP where its IOMMU cannot.
   */
  allocatePageTable(ioas: number, device: number, faults: number): number;
  /** Ends what has this number: page tables, or a fault queue that was closed. EBUSY while it is in use. */
  destroy(id: number): void;
  /** Ends its address spaces too, once no function is bound to it. May be called twice. */
  close(): void;
}

/** A page fault as the kernel tells of it (struct iommu_hwpt_pgfault). */
export interface IommufdFault {
  /** 1: `pasid` is one; 2: the last of its group. */
  readonly flags: number;
  readonly device: number;
  readonly pasid: number;
  readonly group: number;
  /** 1 read, 2 write, 4 execute, 8 privileged. */
  readonly permissions: number;
  readonly address: bigint;
  /** A hint, or 0. */
  readonly bytes: number;
  /** That of its group's last is the group's name in the answer. */
  readonly cookie: number;
}

/** Page faults of the devices behind its page tables. */
export interface FaultQueue {
  readonly id: number;
  /** -1 after `close()`. */
  readonly fd: number;
  /** Those that have come, whole groups, oldest first; does not wait. */
  take(): IommufdFault[];
  /** 0 is success, 1 invalid. EINVAL when nothing waits with this cookie. */
  answer(cookie: number, code: number): void;
  /** May be called twice. */
  close(): void;
}

/** A VFIO group: the functions that the IOMMU cannot tell apart. One process holds it. */
export interface VfioGroup {
  /** For `VfioDevice.hotReset`; -1 after `close()`. */
  readonly fd: number;
  /** Whether all of its functions are bound to VFIO drivers or to none; only then a container takes it. */
  isViable(): boolean;
  /** Joins the container with the descriptor `container`. EBUSY when it is in one already. */
  setContainer(container: number): void;
  /**
   * Takes the function `address`. EINVAL while the group's container has no IOMMU, ENODEV for a stranger, EACCES for another
   * VF token than that of its physical function. @param token a UUID, or null
   */
  openDevice(address: string, token: string | null): VfioDevice;
  /** May be called twice. The kernel gives the group to nobody else before its devices are closed too. */
  close(): void;
}

/** A PCI function that is held. */
export interface VfioDevice {
  readonly hasReset: boolean;
  /** Its number in the iommufd; null when it was taken by its group. */
  readonly iommufdId: number | null;
  /** Puts it behind page tables, or behind those that the kernel makes for an address space. ENOTTY without an iommufd. */
  attach(pageTable: number): void;
  region(index: number): VfioRegion;
  /** Four bytes, by pread: an unreachable device gives EIO, never SIGBUS. Little endian. */
  read32(region: number, offset: number): number;
  write32(region: number, offset: number, value: number): void;
  /** `bytes` of the region from `offset`, as they are (for the configuration space). */
  readBytes(region: number, offset: number, bytes: number): Uint8Array;
  writeBytes(region: number, offset: number, data: Uint8Array): void;
  /** Maps a part of a BAR over the linear memory. `offset` and `pointer` lie on host pages. */
  mapRegion(
    memory: Uint8Array,
    pointer: number,
    region: number,
    offset: number,
    bytes: number,
  ): Mapping;
  interruptInfo(index: number): VfioInterruptInfo;
  /** Sends vectors `start`… of interrupt `index` to these eventfds; -1 leaves one out. */
  setInterrupts(index: number, start: number, fds: readonly number[]): void;
  /** Whatever signals the eventfd `fd` unmasks the vector, without a system call on the device. */
  setUnmask(index: number, vector: number, fd: number): void;
  /** Switches all vectors of interrupt `index` off. */
  disableInterrupts(index: number): void;
  maskInterrupt(index: number, vector: number): void;
  unmaskInterrupt(index: number, vector: number): void;
  /** VFIO_DEVICE_RESET. */
  reset(): void;
  /** The functions that `hotReset` reaches, this one too, with their IOMMU groups. ENODEV where there is no such reset. */
  hotResetFunctions(): readonly { readonly address: string; readonly group: number }[];
  /** Resets its slot or bus. @param groups descriptors of the groups of all functions there; all must be VFIO's. */
  hotReset(groups: readonly number[]): void;
  /**
   * May be called twice. Close the mappings of its regions first: each is a reference to the device, which the
   * kernel neither resets nor gives to the next opener until the last one is gone.
   */
  close(): void;
}

/** What the kernel charged to the calling thread (RUSAGE_THREAD). */
export interface ThreadUsage {
  readonly userNs: number;
  readonly systemNs: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/**
 * Where nanoseconds lie beside the CPU's time stamp counter: the time is `ns` + (TSC - `ticks`) * `multiplier` / 2^48.
 * compiled/clock-scale.ts lays one. Plain data, for other threads too.
 */
export interface ClockScale {
  readonly ticks: bigint;
  readonly ns: bigint;
  readonly multiplier: bigint;
}

/** CLOCK_MONOTONIC, read between two readings of the time stamp counter. */
export interface BothClocks {
  readonly before: bigint;
  readonly monotonicNs: bigint;
  readonly after: bigint;
}

/** What CPUID says of the time stamp counter. */
export interface CounterFeatures {
  /** It counts at one rate in all power states (8000_0007h, EDX bit 8). */
  readonly isInvariant: boolean;
  /** It can be read in order with loads (8000_0001h, EDX bit 27). */
  readonly hasRdtscp: boolean;
}

/** The addon's exports. Loadable in every worker thread. */
export interface Native {
  /** The address of byte 0 of the linear memory: windows are placed so that huge pages fit. */
  addressOf(memory: Uint8Array): bigint;
  /**
   * Fresh zeroed shared memory (a sealed memfd, not inherited by children, kept out of forks and core
   * dumps) over `[pointer, pointer + bytes)`, populated at once. Huge pages when `huge` and there are
   * enough of them and the place is aligned; plain pages otherwise.
   */
  mapMemory(memory: Uint8Array, pointer: number, bytes: number, huge: boolean): Mapping;
  /**
   * `bytes` of the file at `path` from offset 0, shared: stores reach the file. With `lost`, the place of a u32, the first
   * access that the file has no page for (it was truncated, or the disk is full) puts anonymous zero pages over all of
   * it and makes that word 1; without, it is a SIGBUS and the process's end.
   */
  mapFile(memory: Uint8Array, pointer: number, bytes: number, path: string, lost?: number): Mapping;
  /**
   * Shared memory as of `mapMemory`, whose pages come one by one when they are touched, or by `allocate`: one
   * file for a window of which little may be needed.
   */
  mapSegment(memory: Uint8Array, pointer: number, bytes: number): Segment;
  /**
   * `bytes` from `offset` of a file that another process has sent, to be read (`access` 1), written (2) or both (3). The
   * first access that the file has no page for makes the u32 at `lost` 1, as with `mapFile`. ERANGE when the file is
   * shorter, ENODEV for what is no regular file, EINVAL for a place that does not fit its pages. `fd` stays the caller's.
   */
  mapDescriptor(
    memory: Uint8Array,
    pointer: number,
    bytes: number,
    fd: number,
    offset: number,
    access: number,
    lost: number,
  ): Mapping;
  /** Seals of a memfd (F_SEAL_*); 0 of a file that has none, or can have none. */
  sealsOf(fd: number): number;
  /**
   * Four bytes at `offset` of the file at `path`, by one load through a mapping that lasts no longer: a BAR in sysfs, which
   * cannot be read otherwise.
   */
  peek32(path: string, offset: number): number;
  /** Locks the file behind `fd` for whoever has it open there, until that is closed. @returns whether nobody else has it */
  tryLock(fd: number): boolean;
  /** Asks for transparent huge pages over a private part of the memory (a hint; never throws ENOSYS). */
  adviseHuge(memory: Uint8Array, pointer: number, bytes: number): void;
  /**
   * Makes every page of a part of the memory present and writable, in a thread of Node's pool; no byte changes.
   * A call cannot be stopped, so populate much in pieces.
   */
  populate(memory: Uint8Array, pointer: number, bytes: number): Promise<void>;
  /** `/dev/iommu`, or what is at `path`. */
  openIommufd(path: string): Iommufd;
  /**
   * The function `address` by its character device (`/dev/vfio/devices/vfioN`): bound to the iommufd with the descriptor
   * `iommufd`, and attached to its address space `ioas`. EBUSY while somebody holds it. @param token 16 bytes, or null
   */
  openVfioCdev(
    path: string,
    address: string,
    iommufd: number,
    ioas: number,
    token: Uint8Array | null,
  ): VfioDevice;
  /** A new container, `/dev/vfio/vfio`. ENOTSUP when the kernel has no IOMMU of type 1 v2. */
  openVfioContainer(): VfioContainer;
  /** The group `/dev/vfio/GROUP`. EBUSY while somebody holds it. */
  openVfioGroup(group: number): VfioGroup;
  eventFd(): EventFd;
  /** A waiter on somebody else's eventfd; it duplicates the descriptor. */
  eventFdFrom(fd: number): EventFd;
  /** O_NONBLOCK: whoever sent a descriptor may have left that out, and a signal to its eventfd could block. */
  setNonblocking(fd: number): void;
  /** ENOENT without a socket at `path`, ECONNREFUSED when nobody listens at it, EAGAIN when too many wait. */
  connectUnix(path: string): UnixSocket;
  /** A socket at `path`, which nobody but this user may connect to. EADDRINUSE when something is there. */
  listenUnix(path: string, backlog: number): UnixSocket;
  /** Two that are connected to each other. */
  unixPair(): [UnixSocket, UnixSocket];
  /** Waits until there is something to read from one of these descriptors, an end too. @returns those; none at the deadline */
  waitReadable(fds: readonly number[], timeoutMs: number): number[];
  /**
   * A function without arguments that stores the time, in ns, as a 64-bit integer at `pointer`: the time stamp counter
   * on `scale`, CLOCK_MONOTONIC without one. The hot loop's clock is one of these; compiled/thread-clock.ts says why a
   * thread has no second one.
   */
  clock(memory: Uint8Array, pointer: number, scale?: ClockScale | null): () => void;
  /** Has a clock store at another place from now on, by this scale. */
  aimClock(clock: () => void, memory: Uint8Array, pointer: number, scale?: ClockScale | null): void;
  /** The same time, for those who need it seldom. */
  clockNow(scale: ClockScale | null): bigint;
  readBothClocks(): BothClocks;
  counterFeatures(): CounterFeatures;
  /**
   * A function that waits for an interrupt, for the Wasm loop: until the u64 at `until` (ns, by the clock of `scale`;
   * one that has passed takes what is there) or until the eventfd `interrupt` counts. It stores what it took
   * at `count` and the time at `now`. With a shared vector, `own` is this queue's own eventfd and `others` are
   * those of the queues to pass an interrupt on to. `unmask` is the eventfd that unmasks INTx. -1: none.
   */
  waiter(
    memory: Uint8Array,
    now: number,
    until: number,
    count: number,
    interrupt: number,
    own: number,
    unmask: number,
    others: readonly number[],
    scale?: ClockScale | null,
  ): () => void;
  /** A function that sleeps until the u64 at `until`, by the clock of `scale`, and stores the time at `now`. */
  sleeper(
    memory: Uint8Array,
    now: number,
    until: number,
    count: number,
    scale?: ClockScale | null,
  ): () => void;
  /** How late the kernel may end the calling thread's sleeps, in ns; 50,000 by default. */
  setTimerSlack(slackNs: number): void;
  /** Pins the calling thread to one CPU. */
  pinThread(cpu: number): void;
  /** Lets other threads that wait for this CPU run first. */
  yieldThread(): void;
  /** The CPUs the calling thread may run on. */
  allowedCpus(): number[];
  threadUsage(): ThreadUsage;
}

/** Where the addon is built. */
export const ADDON_FILE = `${packageRoot}/native/build/Release/phasebit.node`;

let loaded: Native | undefined;

/** The addon. @throws PhasebitError ENVIRONMENT when it was not built or does not load. */
export function native(): Native {
  loaded ??= load();
  return loaded;
}

function load(): Native {
  try {
    return createRequire(import.meta.url)(ADDON_FILE) as Native;
  } catch (cause) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `load the native addon: ${(cause as Error).message.split("\n")[0]}; build it with "npm run build:native"`,
      { cause },
    );
  }
}
