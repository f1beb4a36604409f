// Page faults of a function that come to this process: a fault queue of the iommufd, and page tables that tell it, in the order
// of <linux/iommufd.h> (Linux 6.11 and later). What the kernel says is checked before anybody hears of it.
import type {
  FaultQueue,
  Iommufd,
  IommufdFault,
  NativeError,
  VfioDevice,
} from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { ComingGroup, PageRequest, PageRequestSource } from "../memory/page-requests.ts";
import { isNativeError } from "./vfio-held.ts";

/** enum iommu_hwpt_pgfault_flags and _perm. */
const PASID_VALID = 1;
const LAST_PAGE = 2;
const READS = 1;
const WRITES = 2;
/** enum iommufd_page_response_code */
const SUCCESS = 0;
const INVALID = 1;
/** Requests of one group: PCI Express has no more outstanding. */
const MOST_REQUESTS = 4096;

/** What a function is held by. */
export interface FaultPlace {
  readonly iommufd: Pick<Iommufd, "allocateFaultQueue" | "allocatePageTable" | "destroy">;
  readonly ioas: number;
  readonly device: Pick<VfioDevice, "iommufdId" | "attach">;
}

interface Named extends ComingGroup {
  readonly cookie: number;
}

/**
 * Puts the function behind page tables that tell of its page faults; what is mapped stays mapped.
 * @throws PhasebitError ENVIRONMENT, with what is missing; then all is as before.
 */
export function openFaultQueue(address: string, place: FaultPlace): PageRequestSource {
  const { iommufd, ioas, device } = place;
  const undo: (() => void)[] = [];
  try {
    const queue = iommufd.allocateFaultQueue();
    undo.push(() => iommufd.destroy(queue.id));
    undo.push(() => queue.close());
    const table = iommufd.allocatePageTable(ioas, device.iommufdId!, queue.id);
    undo.push(() => iommufd.destroy(table));
    device.attach(table);
    undo.push(() => device.attach(ioas));
    return new KernelRequests(address, queue, device.iommufdId!, undo);
  } catch (error) {
    if (!isNativeError(error)) throw error;
    back(undo);
    throw refused(address, error);
  }
}

class KernelRequests implements PageRequestSource {
  readonly #address: string;
  readonly #queue: FaultQueue;
  readonly #device: number;
  readonly #undo: (() => void)[];
  readonly #open = new Set<number>();
  /** Of a group whose last one has not come. */
  #begun: IommufdFault[] = [];

  constructor(address: string, queue: FaultQueue, device: number, undo: (() => void)[]) {
    this.#address = address;
    this.#queue = queue;
    this.#device = device;
    this.#undo = undo;
  }

  take(): Named[] {
    const faults = this.#try("read page faults of", () => this.#queue.take());
    return faults.flatMap((fault) => this.#groupEndedBy(fault));
  }

  isOpen(group: ComingGroup): boolean {
    return this.#open.has((group as Named).cookie);
  }

  /** The kernel knows no more of a group whose function was taken from its page tables. */
  answer(group: ComingGroup, answer: "success" | "invalid"): boolean {
    const { cookie } = group as Named;
    this.#open.delete(cookie);
    try {
      this.#queue.answer(cookie, answer === "success" ? SUCCESS : INVALID);
      return true;
    } catch (error) {
      if (isNativeError(error) && error.code === "EINVAL") return false;
      throw this.#failed("answer page faults of", error);
    }
  }

  close(): void {
    const failure = back(this.#undo);
    this.#open.clear();
    if (failure !== undefined) throw this.#failed("answer no more page faults of", failure);
  }

  #groupEndedBy(fault: IommufdFault): Named[] {
    if (fault.device !== this.#device) throw this.#wrong("names another function");
    const [first = fault] = this.#begun;
    if (fault.group !== first.group) throw this.#wrong("mixes two groups");
    this.#begun.push(fault);
    if (this.#begun.length > MOST_REQUESTS) throw this.#wrong("has a group without an end");
    if ((fault.flags & LAST_PAGE) === 0) return [];
    const requests = this.#begun.map(requestOf);
    this.#begun = [];
    const { cookie, group } = fault;
    if (this.#open.has(cookie)) throw this.#wrong("names a group that is open");
    this.#open.add(cookie);
    const pasid = (fault.flags & PASID_VALID) !== 0 ? fault.pasid : null;
    return [{ cookie, group, pasid, requests }];
  }

  #wrong(why: string): PhasebitError {
    const { length } = this.#begun;
    this.#begun = [];
    const after = length > 0 ? `, after ${length} of a group` : "";
    const what = `read page faults of ${this.#address}: the kernel's record ${why}${after}`;
    return new PhasebitError("ENVIRONMENT", what);
  }

  #try<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#failed(what, error);
    }
  }

  #failed(what: string, error: unknown): unknown {
    if (!isNativeError(error)) return error;
    return new PhasebitError("ENVIRONMENT", `${what} ${this.#address}: ${error.message}`, {
      cause: error,
    });
  }
}

function requestOf({ address, bytes, permissions }: IommufdFault): PageRequest {
  const reads = (permissions & READS) !== 0;
  const writes = (permissions & WRITES) !== 0;
  return { iova: address, bytes: bytes === 0 ? null : bytes, reads, writes };
}

/** All of it, the last first. @returns the first failure */
function back(undo: (() => void)[]): NativeError | undefined {
  let failure: NativeError | undefined;
  for (const step of undo.splice(0).reverse()) {
    try {
      step();
    } catch (error) {
      if (!isNativeError(error)) throw error;
      failure ??= error;
    }
  }
  return failure;
}

function refused(address: string, cause: NativeError): PhasebitError {
  const missing: Readonly<Record<string, string>> = {
    ENOTTY: "the kernel has no fault queues: they take Linux 6.11",
    EOPNOTSUPP: "its IOMMU, or that one's driver, tells no process of them",
    ENOTSUP: "its IOMMU, or that one's driver, tells no process of them",
    ENODEV: "the function asks for no pages: it takes PRI, with ATS, or an IOMMU that stalls",
    EINVAL: "the function asks for no pages: it takes PRI, with ATS, and a physical function",
  };
  const why = missing[cause.code];
  const words = why === undefined ? cause.message : `${why} (${cause.message})`;
  return new PhasebitError("ENVIRONMENT", `answer page faults of ${address}: ${words}`, { cause });
}
