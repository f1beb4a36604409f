// BARs that are memory, through VFIO: the kernel says what of them may be mapped.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import type { VfioDevice } from "../compiled/native.ts";
import { alignUp } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { barNumbers, MappedBars, MOST_BAR_BYTES } from "./mapped-bars.ts";

const CONFIG_SPACE = 7;

type Device = Pick<VfioDevice, "region" | "readBytes" | "mapRegion">;

/** Address space for all BARs that may be mapped, BAR 0 among them: a buffer may lie behind the doorbells. */
export function barSpace(device: Device, most = MOST_BAR_BYTES): number {
  const bytes = barNumbers
    .map((bar) => device.region(bar))
    .filter(({ mappable }) => mappable)
    .reduce((sum, region) => sum + alignUp(region.bytes, PAGE_BYTES), 0);
  return Math.min(bytes, alignUp(most, PAGE_BYTES));
}

export function vfioBars(address: string, device: Device, memory: LinearMemory): MappedBars {
  const lender = {
    name: "the kernel",
    blame: "ENVIRONMENT" as const,
    region: (bar: number) => device.region(bar),
    config: (at: number) => device.readBytes(CONFIG_SPACE, at, 4),
    map: (bytes: Uint8Array, pointer: number, bar: number, offset: number, count: number) =>
      device.mapRegion(bytes, pointer, bar, offset, count),
  };
  return new MappedBars(address, lender, memory);
}
