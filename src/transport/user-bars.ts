// BARs of a vfio-user function that are memory: pages of files that the server lends. What it says of them is asked before the
// linear memory is made, for that has room for them.
import { BUS_PEER_LOST } from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { native } from "../compiled/native.ts";
import { alignUp } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import { closeAll } from "../vfio-user/connection.ts";
import { Region } from "../vfio-user/protocol.ts";
import type { RegionInfo } from "../vfio-user/region-info.ts";
import { type BarRegion, barNumbers, MappedBars, MOST_BAR_BYTES } from "./mapped-bars.ts";
import type { Exchange } from "./user-exchange.ts";
import { askRegion } from "./user-inquiry.ts";

const ACCESS_READS_AND_WRITES = 3;
const NONE: BarRegion = { bytes: 0, mappable: false, mappableAreas: [] };

interface Lent {
  readonly info: RegionInfo;
  /** undefined where the server lends no file. */
  readonly fd: number | undefined;
}

/** What a server says of BARs but BAR 0. Its files are open until `close`. */
export class LentBars {
  readonly #lent = new Map<number, Lent>();

  /** @throws PhasebitError DEVICE for what no region is like */
  constructor(exchange: Exchange) {
    try {
      for (const bar of barNumbers) {
        if (bar !== Region.BAR0) this.#lent.set(bar, ask(exchange, bar));
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Address space for all that may be mapped. */
  space(most = MOST_BAR_BYTES): number {
    const bytes = barNumbers.flatMap((bar) => this.#region(bar).mappableAreas);
    const sum = bytes.reduce((total, area) => total + alignUp(area.bytes, PAGE_BYTES), 0);
    return Math.min(sum, alignUp(most, PAGE_BYTES));
  }

  windows(address: string, memory: LinearMemory, config: ConfigAccess): MappedBars {
    const lender = {
      name: "the server",
      blame: "DEVICE" as const,
      region: (bar: number) => this.#region(bar),
      config: (at: number) => config.read(at, 4),
      map: (target: Uint8Array, pointer: number, bar: number, offset: number, bytes: number) => {
        const { info, fd } = this.#lent.get(bar)!;
        const at = info.fdOffset + offset;
        return native().mapDescriptor(
          ...([target, pointer, bytes, fd!, at, ACCESS_READS_AND_WRITES, BUS_PEER_LOST] as const),
        );
      },
    };
    return new MappedBars(address, lender, memory);
  }

  close(): void {
    for (const { fd } of this.#lent.values()) closeAll(fd === undefined ? [] : [fd]);
    this.#lent.clear();
  }

  #region(bar: number): BarRegion {
    const lent = this.#lent.get(bar);
    if (lent === undefined) return NONE;
    const { bytes, areas } = lent.info;
    const isLent = areas.length > 0 && lent.fd !== undefined;
    return { bytes, mappable: isLent, mappableAreas: isLent ? areas : [] };
  }
}

function ask(exchange: Exchange, bar: number): Lent {
  const { info, fds } = askRegion(exchange, bar);
  const [fd, ...others] = fds;
  closeAll(others);
  return { info, fd };
}
