// Accesses to the regions of a vfio-user server's function, by message.
import type { ConfigAccess } from "../pci/config-space.ts";
import { closeAll } from "../vfio-user/connection.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import { Command, Region, regionAccess } from "../vfio-user/protocol.ts";
import { unusable } from "./user-doorbells.ts";
import type { Exchange } from "./user-exchange.ts";
import { askRegion } from "./user-inquiry.ts";

const CONFIG_BYTES = [256, 4096];

export class UserRegions {
  readonly #exchange: Exchange;
  readonly #mostData: number;

  /** @param mostData bytes that a message may carry */
  constructor(exchange: Exchange, mostData: number) {
    this.#exchange = exchange;
    this.#mostData = mostData;
  }

  read(region: number, offset: number, count: number): Uint8Array {
    const asked = regionAccess.encode({ offset: BigInt(offset), region, count });
    return this.#exchange.answer(Command.REGION_READ, asked, (payload) => {
      requireEcho(regionAccess.decode(payload), { offset, region, count });
      const data = payload.subarray(regionAccess.bytes);
      if (data.length !== count) throw new PeerError(`${data.length} bytes instead of ${count}`);
      return data;
    });
  }

  write(region: number, offset: number, data: Uint8Array): void {
    const count = data.length;
    const asked = regionAccess.encode({ offset: BigInt(offset), region, count }, data);
    this.#exchange.answer(Command.REGION_WRITE, asked, (payload) => {
      requireEcho(regionAccess.decode(payload), { offset, region, count });
    });
  }

  /** @throws PhasebitError DEVICE when it has a size that none has */
  configuration(address: string): ConfigAccess {
    const { info, fds } = askRegion(this.#exchange, Region.CONFIG);
    closeAll(fds);
    const { bytes } = info;
    if (!CONFIG_BYTES.includes(bytes)) {
      throw unusable(address, `its configuration space has ${bytes} bytes`);
    }
    return {
      bytes,
      read: (offset, count) => {
        const result = new Uint8Array(count);
        for (let at = 0; at < count; at += this.#mostData) {
          const part = Math.min(count - at, this.#mostData);
          result.set(this.read(Region.CONFIG, offset + at, part), at);
        }
        return result;
      },
      write: (offset, data) => this.write(Region.CONFIG, offset, data),
    };
  }
}

function requireEcho(
  told: { readonly offset: bigint; readonly region: number; readonly count: number },
  { offset, region, count }: { offset: number; region: number; count: number },
): void {
  if (told.offset === BigInt(offset) && told.region === region && told.count === count) return;
  const what = `${told.count} bytes at ${told.offset} of region ${told.region}`;
  throw new PeerError(`${what} instead of ${count} at ${offset} of region ${region}`);
}
