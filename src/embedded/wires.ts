// The eventfds that the host has wired to the function's vectors, on the side of the bus, which signals them.
import {
  BUS_PIN_UNMASK,
  BUS_VECTORS,
  BUS_VECTORS_GENERATION,
  BUS_VECTORS_MAX,
} from "../../assembly/layout.ts";
import { type EventFd, native } from "../compiled/native.ts";

export class Wires {
  readonly #bus: Int32Array;
  /** By the descriptors' numbers. */
  readonly #signals = new Map<number, EventFd>();
  #generation = 0;

  /** @param bus the linear memory, in words */
  constructor(bus: Int32Array) {
    this.#bus = bus;
  }

  /** Adds one to the eventfd that the host wired to the vector, if it did. */
  signal(vector: number): void {
    if (vector < BUS_VECTORS_MAX) this.#at(BUS_VECTORS / 4 + vector)?.signal();
  }

  /** 1 when the eventfd that unmasks the pin was signalled since this was last asked. */
  unmasked(): number {
    const signals = this.#at(BUS_PIN_UNMASK / 4)?.wait(0) ?? 0;
    return signals > 0 ? 1 : 0;
  }

  /** Lets go of what the host has closed: a closed descriptor's number may come back as another eventfd's. */
  refresh(): void {
    const current = Atomics.load(this.#bus, BUS_VECTORS_GENERATION / 4);
    if (current === this.#generation) return;
    this.close();
    this.#generation = current;
  }

  close(): void {
    for (const signal of this.#signals.values()) signal.close();
    this.#signals.clear();
  }

  /** The eventfd whose number, plus one, stands in this word of the bus. */
  #at(word: number): EventFd | undefined {
    this.refresh();
    const fd = Atomics.load(this.#bus, word) - 1;
    if (fd < 0) return undefined;
    let signal = this.#signals.get(fd);
    if (signal === undefined) {
      signal = native().eventFdFrom(fd);
      this.#signals.set(fd, signal);
    }
    return signal;
  }
}
