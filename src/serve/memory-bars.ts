// The function's BARs that are memory (its CMB, its PMR): parts of one file, which clients map, and which messages reach too.
import type { Mapping } from "../compiled/native.ts";
import { barFile } from "../embedded/served.ts";
import type { EmbeddedTransport } from "../embedded/transport.ts";
import type { Span } from "../memory/arena.ts";
import { RegionFlag } from "../vfio-user/protocol.ts";
import type { RegionInfo } from "../vfio-user/region-info.ts";

export class MemoryBars {
  readonly #controller: EmbeddedTransport;
  readonly #file: Mapping | undefined;

  /** Before anybody has touched that memory. */
  constructor(controller: EmbeddedTransport) {
    const { memory } = controller;
    this.#controller = controller;
    this.#file = memory.bars.bytes === 0 ? undefined : barFile(memory);
  }

  /** A region with memory behind its beginning; undefined where there is none. */
  region(index: number): { info: RegionInfo; fd: number } | undefined {
    const span = this.#span(index);
    if (span === undefined) return undefined;
    const { pointer, bytes } = span;
    const info = {
      index,
      flags: RegionFlag.READ | RegionFlag.WRITE | RegionFlag.MMAP,
      // as large as a BAR can be, which is more than there is behind it
      bytes: 2 ** Math.ceil(Math.log2(bytes)),
      fdOffset: pointer - this.#controller.memory.bars.pointer,
      areas: [{ offset: 0, bytes }],
    };
    return { info, fd: this.#file!.fd };
  }

  /** Bytes of a region that there is; zeros where nothing is behind it. */
  read(index: number, at: number, count: number): Uint8Array {
    const data = new Uint8Array(count);
    data.set(this.#part(index, at, count));
    return data;
  }

  /** What nothing is behind is lost. */
  write(index: number, at: number, data: Uint8Array): void {
    const part = this.#part(index, at, data.length);
    part.set(data.subarray(0, part.length));
  }

  #part(index: number, at: number, count: number): Uint8Array {
    const { pointer, bytes } = this.#span(index)!;
    const end = pointer + Math.min(bytes, at + count);
    return this.#controller.memory.bytes.subarray(Math.min(pointer + at, end), end);
  }

  #span(index: number): Span | undefined {
    const { bars } = this.#controller;
    const bytes = bars.bytes(index);
    return bytes === 0 ? undefined : bars.map(index, 0, bytes);
  }
}
