// The embedded controller's configuration space: what a function of its kind would have, and nothing that it has not. It
// is an endpoint inside of the root complex, so that no link is made up; its BARs have no address, for it is on no bus.
import {
  BUS_FUNCTION_MASK,
  BUS_INTERRUPT_DISABLE,
  BUS_INTERRUPT_KIND,
  BUS_INTERRUPT_STATUS,
  BUS_MASTER,
  BUS_MESSAGES,
  BusInterrupts,
} from "../../assembly/layout.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import type { InterruptKind } from "../transport/transport.ts";
import type { MsixPlaces } from "./device.ts";

const BYTES = 4096;
const VENDOR = 0x7062;
const DEVICE = 0x0001;

const COMMAND = 0x04;
const COMMAND_MEMORY = 0x2;
const COMMAND_BUS_MASTER = 0x4;
const COMMAND_INTERRUPT_DISABLE = 0x400;
const STATUS_INTERRUPT = 0x8;
const STATUS_CAPABILITIES = 0x10;
const INTERRUPT_PIN = 0x3d;
const PM = 0x40;
const MSI = 0x50;
const MSIX = 0x70;
const EXPRESS = 0x80;
/** In their order, with their identifiers. */
const CAPABILITIES = [
  [PM, 0x01],
  [MSI, 0x05],
  [MSIX, 0x11],
  [EXPRESS, 0x10],
] as const;
const DEVICE_CONTROL = EXPRESS + 8;
const INITIATE_RESET = 0x8000;

/** MSI-X's Message Control: MSI-X Enable, Function Mask. */
const MSIX_ENABLE = 0x8000;
const FUNCTION_MASK = 0x4000;
/** The lower halves of BARs of 64 bits. */
const WIDE_BARS = [0, 2, 4];
const WIDE_BAR = 0x4;

/** What of the function the space shows, and what a write of it does. */
export interface ConfigTarget {
  /** The bus's words. */
  readonly bus: Int32Array;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  /** Offsets in BAR 0. */
  readonly places: MsixPlaces;
  /** Of BARs but BAR 0. */
  barBytes(bar: number): number;
  setBusMaster(on: boolean): void;
  maskFunction(on: boolean): void;
  /** Function level reset. */
  reset(): void;
}

/** A configuration space over the function's state; writes other than those of BME, Interrupt Disable, Function Mask and the reset are ignored. */
export class EmbeddedConfig implements ConfigAccess {
  readonly bytes = BYTES;
  readonly #target: ConfigTarget;

  constructor(target: ConfigTarget) {
    this.#target = target;
  }

  read(offset: number, bytes: number): Uint8Array {
    return this.#image().slice(offset, offset + bytes);
  }

  write(offset: number, data: Uint8Array): void {
    const written = (at: number): number => data[at - offset] ?? 0;
    const isAmong = (at: number): boolean => at >= offset && at < offset + data.length;
    if (isAmong(COMMAND)) {
      this.#target.setBusMaster((written(COMMAND) & COMMAND_BUS_MASTER) !== 0);
    }
    if (isAmong(COMMAND + 1)) {
      const isDisabled = (written(COMMAND + 1) & (COMMAND_INTERRUPT_DISABLE >> 8)) !== 0;
      Atomics.store(this.#target.bus, BUS_INTERRUPT_DISABLE / 4, Number(isDisabled));
    }
    if (isAmong(MSIX + 3)) {
      this.#target.maskFunction((written(MSIX + 3) & (FUNCTION_MASK >> 8)) !== 0);
    }
    // the bit is in the upper byte, and reads 0 (PCI Express 7.5.3.4)
    if (isAmong(DEVICE_CONTROL + 1) && written(DEVICE_CONTROL + 1) & (INITIATE_RESET >> 8)) {
      this.#target.setBusMaster(false);
      this.#target.reset();
    }
  }

  #image(): Uint8Array {
    const bytes = new Uint8Array(BYTES);
    const view = new DataView(bytes.buffer);
    const { bus, vectors, places } = this.#target;
    const kind = Atomics.load(bus, BUS_INTERRUPT_KIND / 4);
    header(view, bus);
    view.setUint8(INTERRUPT_PIN, vectors.intx);
    for (const bar of WIDE_BARS) {
      if (bar === 0 || this.#target.barBytes(bar) > 0)
        view.setUint32(0x10 + bar * 4, WIDE_BAR, true);
    }
    const isThere = ([at]: readonly [number, number]): boolean =>
      !((at === MSI && vectors.msi === 0) || (at === MSIX && vectors.msix === 0));
    chain(view, CAPABILITIES.filter(isThere));
    powerManagement(view);
    if (vectors.msi > 0) {
      messages(
        view,
        vectors.msi,
        kind === BusInterrupts.MSI ? Atomics.load(bus, BUS_MESSAGES / 4) : 0,
      );
    }
    const isHeld = Atomics.load(bus, BUS_FUNCTION_MASK / 4) !== 0;
    const control = (kind === BusInterrupts.MSIX ? MSIX_ENABLE : 0) | (isHeld ? FUNCTION_MASK : 0);
    if (vectors.msix > 0) extendedMessages(view, vectors.msix, control, places);
    express(view);
    return bytes;
  }
}

function header(view: DataView, bus: Int32Array): void {
  const isSet = (word: number): boolean => Atomics.load(bus, word / 4) !== 0;
  view.setUint16(0x00, VENDOR, true);
  view.setUint16(0x02, DEVICE, true);
  const master = isSet(BUS_MASTER) ? COMMAND_BUS_MASTER : 0;
  const disable = isSet(BUS_INTERRUPT_DISABLE) ? COMMAND_INTERRUPT_DISABLE : 0;
  view.setUint16(COMMAND, COMMAND_MEMORY | master | disable, true);
  const interrupt = isSet(BUS_INTERRUPT_STATUS) ? STATUS_INTERRUPT : 0;
  view.setUint16(0x06, STATUS_CAPABILITIES | interrupt, true);
  // NVM Express I/O controller
  view.setUint32(0x08, 0x01080200, true);
  view.setUint16(0x2c, VENDOR, true);
  view.setUint16(0x2e, DEVICE, true);
  view.setUint8(0x34, PM);
}

function powerManagement(view: DataView): void {
  // version 3; D0, No Soft Reset
  view.setUint16(PM + 2, 0x0003, true);
  view.setUint16(PM + 4, 0x0008, true);
}

/** @param enabled messages (MME); 0 while MSI is off */
function messages(view: DataView, count: number, enabled: number): void {
  const control = enabled > 0 ? (Math.log2(enabled) << 4) | 1 : 0;
  // 64-bit addresses, no masks
  view.setUint16(MSI + 2, 0x80 | control | (Math.log2(count) << 1), true);
}

function extendedMessages(
  view: DataView,
  count: number,
  control: number,
  { table, pending }: MsixPlaces,
): void {
  view.setUint16(MSIX + 2, (count - 1) | control, true);
  // both in BAR 0
  view.setUint32(MSIX + 4, table, true);
  view.setUint32(MSIX + 8, pending, true);
}

function express(view: DataView): void {
  // version 2, Root Complex Integrated Endpoint
  view.setUint16(EXPRESS + 2, 0x0092, true);
  // Role-based Error Reporting, Function Level Reset
  view.setUint32(EXPRESS + 4, 0x10008000, true);
  // Completion Timeout Disable, which a function that reads memory has
  view.setUint32(EXPRESS + 0x24, 0x10, true);
}

/** The capabilities, each with its identifier and the place of the next. */
function chain(view: DataView, capabilities: readonly (readonly [number, number])[]): void {
  for (const [index, [offset, id]] of capabilities.entries()) {
    view.setUint8(offset, id);
    view.setUint8(offset + 1, capabilities[index + 1]?.[0] ?? 0);
  }
}
