// vfio-user 0.1: numbers and structures as QEMU's docs/interop/vfio-user.rst and libvfio-user's header have them, and of
// <linux/vfio.h> what they take from there. test/vfio-user/protocol.test.ts holds them against the published values.
import { structure } from "./structure.ts";

export const MAJOR = 0;
export const MINOR = 1;

/** Commands, and what each is called in messages. */
export const Command = {
  VERSION: 1,
  DMA_MAP: 2,
  DMA_UNMAP: 3,
  DEVICE_GET_INFO: 4,
  DEVICE_GET_REGION_INFO: 5,
  DEVICE_GET_REGION_IO_FDS: 6,
  DEVICE_GET_IRQ_INFO: 7,
  DEVICE_SET_IRQS: 8,
  REGION_READ: 9,
  REGION_WRITE: 10,
  DMA_READ: 11,
  DMA_WRITE: 12,
  DEVICE_RESET: 13,
  REGION_WRITE_MULTI: 15,
  DEVICE_FEATURE: 16,
  MIG_DATA_READ: 17,
  MIG_DATA_WRITE: 18,
} as const;

/** "REGION_READ", or the number of a command that is none. */
export function commandName(command: number): string {
  const found = Object.entries(Command).find(([, number]) => number === command);
  return found?.[0] ?? `command ${command}`;
}

/** Before each message. */
export const header = structure("the header", {
  id: "u16",
  command: "u16",
  /** Of the whole message, this too. */
  size: "u32",
  flags: "u32",
  error: "u32",
});

export const HeaderFlag = {
  TYPE_MASK: 0xf,
  COMMAND: 0,
  REPLY: 1,
  NO_REPLY: 0x10,
  ERROR: 0x20,
} as const;

/** What a peer that says nothing else may be sent, and takes. */
export const Default = {
  MAX_MSG_FDS: 1,
  MAX_DATA_XFER_SIZE: 1024 * 1024,
  MAX_DMA_MAPS: 65535,
  PGSIZES: 4096,
} as const;

/** JSON follows, with its NUL. */
export const version = structure("VERSION", { major: "u16", minor: "u16" });

export const deviceInfo = structure("device info", {
  argsz: "u32",
  flags: "u32",
  regions: "u32",
  irqs: "u32",
});
export const DeviceFlag = { RESET: 1, PCI: 2 } as const;

export const regionInfo = structure("region info", {
  argsz: "u32",
  flags: "u32",
  index: "u32",
  /** Of the first capability, from this structure's begin; 0 for none. */
  capOffset: "u32",
  size: "u64",
  offset: "u64",
});
export const RegionFlag = { READ: 1, WRITE: 2, MMAP: 4, CAPS: 8 } as const;
export const capability = structure("a region's capability", {
  id: "u16",
  version: "u16",
  next: "u32",
});
export const CAP_SPARSE_MMAP = 1;
export const sparseMmap = structure("sparse mmap areas", { areas: "u32", reserved: "u32" });
export const sparseArea = structure("a sparse mmap area", { offset: "u64", size: "u64" });

/** Regions of a PCI function. */
export const Region = { BAR0: 0, BAR5: 5, ROM: 6, CONFIG: 7, VGA: 8 } as const;
export const PCI_REGIONS = 9;

export const irqInfo = structure("IRQ info", {
  argsz: "u32",
  flags: "u32",
  index: "u32",
  count: "u32",
});
export const IrqFlag = { EVENTFD: 1, MASKABLE: 2, AUTOMASKED: 4, NORESIZE: 8 } as const;
/** Kinds of interrupt of a PCI function; two more, of errors and requests, are none of the device's. */
export const Irq = { INTX: 0, MSI: 1, MSIX: 2, ERR: 3, REQ: 4 } as const;
export const PCI_IRQS = 5;

export const irqSet = structure("SET_IRQS", {
  argsz: "u32",
  flags: "u32",
  index: "u32",
  start: "u32",
  count: "u32",
});
export const IrqSet = {
  DATA_NONE: 1,
  DATA_BOOL: 2,
  DATA_EVENTFD: 4,
  DATA_MASK: 7,
  MASK: 8,
  UNMASK: 16,
  TRIGGER: 32,
  ACTION_MASK: 56,
} as const;

export const dmaMap = structure("DMA_MAP", {
  argsz: "u32",
  flags: "u32",
  offset: "u64",
  address: "u64",
  size: "u64",
});
/** The last two, of libvfio-user, say how a descriptor is to be used; none is by mapping it. */
export const DmaFlag = { READ: 1, WRITE: 2, MMAP: 4, FILE_IO: 8 } as const;

export const dmaUnmap = structure("DMA_UNMAP", {
  argsz: "u32",
  flags: "u32",
  address: "u64",
  size: "u64",
});
export const DmaUnmapFlag = { GET_DIRTY_BITMAP: 1, ALL: 2 } as const;

/** Of REGION_READ and REGION_WRITE; data may follow. */
export const regionAccess = structure("a region access", {
  offset: "u64",
  region: "u32",
  count: "u32",
});
/** Of DMA_READ and DMA_WRITE; data may follow. */
export const dmaAccess = structure("a DMA access", { address: "u64", count: "u64" });

/** A message with as much data as may be transferred at once, and some room. */
export const MOST_MESSAGE_BYTES = Default.MAX_DATA_XFER_SIZE + 64;
/** Descriptors that phasebit takes with a message. */
export const MOST_FDS = 8;
