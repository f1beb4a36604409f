// What a vfio-user server says of its function before anything is done with it.
import { closeAll } from "../vfio-user/connection.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import {
  Command,
  DeviceFlag,
  deviceInfo,
  Irq,
  irqInfo,
  PCI_IRQS,
  Region,
  regionInfo,
} from "../vfio-user/protocol.ts";
import { decodeRegionInfo, REGION_INFO_BYTES, type RegionInfo } from "../vfio-user/region-info.ts";
import type { InterruptKind } from "./transport.ts";
import type { Exchange } from "./user-exchange.ts";

/** Those of MSI-X. */
const MOST_VECTORS = 2048;

export interface Inquiry {
  readonly hasReset: boolean;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
}

/** @throws PhasebitError DEVICE when it is no PCI function, or says what no function has */
export function inquire(exchange: Exchange): Inquiry {
  const hasReset = askDevice(exchange);
  const vectors = {
    msix: askIrq(exchange, Irq.MSIX),
    msi: askIrq(exchange, Irq.MSI),
    intx: askIrq(exchange, Irq.INTX),
  };
  return { hasReset, vectors };
}

/** A region, with its descriptors, which are the caller's to close. */
export function askRegion(exchange: Exchange, index: number): { info: RegionInfo; fds: number[] } {
  const asked = regionInfo.encode({
    ...{ argsz: REGION_INFO_BYTES, flags: 0, index, capOffset: 0, size: 0n, offset: 0n },
  });
  const command = Command.DEVICE_GET_REGION_INFO;
  const { payload, fds } = exchange.ask(command, asked);
  try {
    return { info: exchange.judge(command, () => decodeRegionInfo(payload, index)), fds };
  } catch (error) {
    closeAll(fds);
    throw error;
  }
}

/** @returns whether it can be reset */
function askDevice(exchange: Exchange): boolean {
  const empty = { argsz: deviceInfo.bytes, flags: 0, regions: 0, irqs: 0 };
  return exchange.answer(Command.DEVICE_GET_INFO, deviceInfo.encode(empty), (payload) => {
    const { flags, regions, irqs } = deviceInfo.decode(payload);
    if ((flags & DeviceFlag.PCI) === 0) throw new PeerError("a device that is no PCI function");
    if (regions <= Region.CONFIG || irqs <= Irq.MSIX || irqs > PCI_IRQS + MOST_VECTORS) {
      throw new PeerError(`a PCI function with ${regions} regions and ${irqs} kinds of IRQ`);
    }
    return (flags & DeviceFlag.RESET) !== 0;
  });
}

/** @returns how many there are of a kind */
function askIrq(exchange: Exchange, index: number): number {
  const asked = irqInfo.encode({ argsz: irqInfo.bytes, flags: 0, index, count: 0 });
  return exchange.answer(Command.DEVICE_GET_IRQ_INFO, asked, (payload) => {
    const { index: told, count } = irqInfo.decode(payload);
    if (told !== index) throw new PeerError(`info of IRQ ${told} instead of ${index}`);
    if (count > MOST_VECTORS) throw new PeerError(`${count} vectors of IRQ ${index}`);
    return count;
  });
}
