// The switches of a configuration space that a kernel's driver sets for those who drive a function through VFIO, and nobody sets
// here: what the function may do, and by which interrupts it tells of it (PCI 3.0, sections 6.2.2 and 6.8).
import { CONFIG_BYTES, configurationSpace } from "../decode/pci-walk.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import type { InterruptKind } from "./transport.ts";

const COMMAND = 4;
const COMMAND_MEMORY = 0x2;
const COMMAND_BUS_MASTER = 0x4;
const COMMAND_INTERRUPT_DISABLE = 0x400;

/** Of the capabilities of messages: where Message Control lies in them, and its enable bit. */
const MESSAGE_CONTROL = 2;
const messages = { msi: { id: 0x05, enable: 0x1 }, msix: { id: 0x11, enable: 0x8000 } } as const;

/** MSI's Message Control: how many messages it can have, and how many it has, as powers of two. */
const MSI_CAPABLE_SHIFT = 1;
const MSI_ENABLED_SHIFT = 4;
const MSI_COUNT_MASK = 0x7;

export class UserFunction {
  readonly #config: ConfigAccess;
  #told: InterruptKind | null = null;

  constructor(config: ConfigAccess) {
    this.#config = config;
  }

  setBusMaster(on: boolean): void {
    this.#command(COMMAND_BUS_MASTER, on);
  }

  /** After it was opened or reset: it answers, and tells as it did. */
  wake(): void {
    this.#command(COMMAND_MEMORY, true);
    this.tellBy(this.#told);
  }

  /** @param kind null is by none */
  tellBy(kind: InterruptKind | null): void {
    this.#told = kind;
    this.#command(COMMAND_INTERRUPT_DISABLE, kind !== "intx");
    const { capabilities } = configurationSpace(this.#config.read(0, CONFIG_BYTES));
    for (const name of ["msi", "msix"] as const) {
      const { id, enable } = messages[name];
      const found = capabilities.find((one) => !one.isExtended && one.id === id);
      if (found === undefined) continue;
      const at = found.offset + MESSAGE_CONTROL;
      const all = name === "msi" ? allMessages : (control: number): number => control;
      this.#change(at, (former) => (kind === name ? all(former) | enable : former & ~enable));
    }
  }

  #command(bit: number, on: boolean): void {
    this.#change(COMMAND, (former) => (on ? former | bit : former & ~bit));
  }

  /** A word. */
  #change(at: number, change: (former: number) => number): void {
    const [low = 0, high = 0] = this.#config.read(at, 2);
    const former = low | (high << 8);
    const value = change(former);
    if (value !== former) this.#config.write(at, Uint8Array.of(value & 0xff, value >> 8));
  }
}

function allMessages(control: number): number {
  const count = (control >> MSI_CAPABLE_SHIFT) & MSI_COUNT_MASK;
  return (control & ~(MSI_COUNT_MASK << MSI_ENABLED_SHIFT)) | (count << MSI_ENABLED_SHIFT);
}
