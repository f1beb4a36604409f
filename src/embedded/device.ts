// The embedded controller as it is powered on: the calls that its options turn into, and the windows it needs.
import { Medium } from "../../assembly/device/options.ts";
import { CMBSZ_UNIT_SHIFT, CMBSZ_UNIT_STEP } from "../../assembly/spec/controller-memory.ts";
import { DOORBELLS, PAGE_BYTES } from "../../assembly/spec/registers.ts";
import {
  addFault,
  addNamespace,
  create,
  type DeviceExports,
  setCmb,
} from "../compiled/bindings.ts";
import { alignUp, type Span } from "../memory/arena.ts";
import type { MemoryPlan } from "../memory/linear-memory.ts";
import { barsOf } from "./memory-options.ts";
import type { EmbeddedOptions } from "./options.ts";

/** What the device's thread needs to know. */
export interface EmbeddedDevice {
  readonly options: EmbeddedOptions;
  /** Pointer of each namespace's medium; 0 for a null medium. */
  readonly mediaPointers: readonly number[];
  /** Pointer of its BARs with memory. */
  readonly barsPointer: number;
}

/**
 * Where a machine without an IOMMU would have put the BAR of a buffer as before 1.4: an address that has nothing of its
 * pointer, so that nothing can rely on that.
 */
export const LEGACY_BAR_ADDRESS = 0x38_c000_0000n;

/** Windows that the device needs: doorbells, memory of its own, and a medium for each namespace unless it is null. */
export function windowsOf(
  options: EmbeddedOptions,
): Pick<MemoryPlan, "doorbellBytes" | "barBytes" | "mediaBytes"> {
  const doorbells = 2 * (options.queues + 1) * (4 << options.dstrd);
  return {
    doorbellBytes: alignUp(doorbells, PAGE_BYTES),
    barBytes: barsOf(options.cmb, options.pmr).bytes,
    mediaBytes:
      options.medium.kind === "null"
        ? []
        : options.namespaces.map(({ blocks, lbaShift }) => blocks * 2 ** lbaShift),
  };
}

/** Offsets in BAR 0 of the MSI-X table and its Pending Bit Array. */
export interface MsixPlaces {
  readonly table: number;
  readonly pending: number;
}

const TABLE_BYTES_EACH = 16;

/** Behind the doorbells, each on pages of its own. */
export function msixPlaces(options: EmbeddedOptions): MsixPlaces {
  const table = DOORBELLS + windowsOf(options).doorbellBytes;
  return { table, pending: table + alignUp(options.vectors.msix * TABLE_BYTES_EACH, PAGE_BYTES) };
}

const media = {
  null: Medium.NULL,
  ram: Medium.RAM,
  file: Medium.WINDOW,
} as const satisfies Record<EmbeddedOptions["medium"]["kind"], Medium>;

/** Powers the device on: its registers answer once its thread, or a test, steps it. */
export function powerOn(exports: DeviceExports, doorbells: Span, device: EmbeddedDevice): void {
  const { options, mediaPointers } = device;
  create(exports, {
    doorbells: doorbells.pointer,
    doorbellBytes: doorbells.bytes,
    mqes: options.entries,
    ioQueues: options.queues,
    // one at least: interrupts of some kind the function has
    vectors: Math.max(...Object.values(options.vectors)),
    mdts: options.mdts,
    dstrd: options.dstrd,
    seed: options.seed,
  });
  const { table, pending } = msixPlaces(options);
  const hasTable = options.vectors.msix > 0;
  exports.setInterrupts(hasTable ? table : 0, hasTable ? pending : 0, options.vectors.msi);
  exports.setVersion(options.version);
  exports.setSgls(Number(options.sgls));
  const medium = media[options.medium.kind];
  for (const [index, { blocks, lbaShift }] of options.namespaces.entries()) {
    const pointer = mediaPointers[index] ?? 0;
    addNamespace(exports, { blocks: BigInt(blocks), lbaShift, medium, pointer });
  }
  for (const { field, bytes } of options.identity) {
    for (const [index, byte] of bytes.entries()) exports.identity(field, index, byte);
  }
  exports.setLatency(options.latency.model, options.latency.ns, options.latency.sigma);
  giveMemory(exports, device);
  for (const fault of options.faults) addFault(exports, fault);
}

/** Memory of the device's own, in its BARs. */
function giveMemory(exports: DeviceExports, { options, barsPointer }: EmbeddedDevice): void {
  const { cmb, pmr } = options;
  if (cmb !== null) {
    const unit = 2 ** (CMBSZ_UNIT_SHIFT + CMBSZ_UNIT_STEP * cmb.szu);
    setCmb(exports, {
      pointer: barsPointer + cmb.offset,
      units: cmb.bytes / unit,
      offset: cmb.offset / unit,
      szu: cmb.szu,
      uses: cmb.uses,
      mixes: Number(cmb.mixes),
      legacyBase: cmb.isLegacy ? LEGACY_BAR_ADDRESS + BigInt(cmb.offset) : 0n,
    });
  }
  if (pmr !== null) exports.setPmr(barsPointer + barsOf(cmb, pmr).cmbBar, pmr.bytes, pmr.uses);
}
