// DMA memory as one file for each window: whoever has the descriptor can map what the window has, and what it gets later.
import { type Mapping, native, type Segment } from "../compiled/native.ts";
import type { Span } from "./arena.ts";
import { getting } from "./getting.ts";

/** Where in a file a part of the memory lies: whoever has the descriptor can map the same pages. */
export interface FilePlace {
  readonly fd: number;
  readonly offset: number;
}

export class Segments {
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #list: Segment[] = [];

  /** @param bytes the whole memory */
  constructor(bytes: Uint8Array<SharedArrayBuffer>) {
    this.#bytes = bytes;
  }

  /**
   * How a window gets pages: the first step maps all of it, each makes its own.
   * @param adopt what is done with the mapping; when it throws, there is none
   */
  grow(window: Span, adopt: (mapping: Mapping) => void): (chunk: Span) => void {
    let segment: Segment | undefined;
    return ({ pointer, bytes }) => {
      segment ??= this.#map(window, adopt);
      const whole = segment;
      getting(bytes, () => whole.allocate(pointer - window.pointer, bytes));
    };
  }

  /** The file behind a span; undefined where there is none. */
  fileOf({ pointer, bytes }: Span): FilePlace | undefined {
    const segment = this.#list.find(
      (one) => pointer >= one.pointer && pointer + bytes <= one.pointer + one.bytes,
    );
    if (segment === undefined) return undefined;
    return { fd: segment.fd, offset: pointer - segment.pointer };
  }

  #map({ pointer, bytes }: Span, adopt: (mapping: Mapping) => void): Segment {
    const made = getting(bytes, () => native().mapSegment(this.#bytes, pointer, bytes));
    this.#list.push(made);
    try {
      adopt(made);
    } catch (error) {
      this.#list.pop();
      throw error;
    }
    return made;
  }
}
