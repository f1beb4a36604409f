// The switches of a function behind a socket, in a configuration space that a test can look into.
import { expect, test } from "vitest";
import type { InterruptKind } from "../../src/transport/transport.ts";
import { UserFunction } from "../../src/transport/user-function.ts";

const COMMAND = 4;
const MEMORY = 0x2;
const BUS_MASTER = 0x4;
const INTERRUPT_DISABLE = 0x400;
const MSI = 0x40;
const MSIX = 0x60;

/** MSI with 8 messages and MSI-X with 16 vectors; `pointer` leads to the first of them. */
function space(pointer = MSI) {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x1b36, true);
  view.setUint16(6, 0x10, true);
  view.setUint8(0x34, pointer);
  bytes.set([0x05, MSIX, 3 << 1, 0], MSI);
  bytes.set([0x11, 0, 15, 0], MSIX);
  const writes: number[] = [];
  const config = {
    bytes: bytes.length,
    read: (offset: number, count: number) => bytes.slice(offset, offset + count),
    write: (offset: number, data: Uint8Array) => {
      writes.push(offset);
      bytes.set(data, offset);
    },
  };
  return { config, writes, word: (at: number): number => view.getUint16(at, true) };
}

test("opened, it answers, and tells by nothing", () => {
  const { config, word } = space();
  new UserFunction(config).wake();
  expect(word(COMMAND)).toBe(MEMORY | INTERRUPT_DISABLE);
  expect([word(MSI + 2) & 1, word(MSIX + 2) & 0x8000]).toEqual([0, 0]);
});

test.each<[InterruptKind | null, number, number, number]>([
  ["intx", 0, 3 << 1, 15],
  ["msi", INTERRUPT_DISABLE, (3 << 1) | (3 << 4) | 1, 15],
  ["msix", INTERRUPT_DISABLE, 3 << 1, 0x8000 | 15],
  [null, INTERRUPT_DISABLE, 3 << 1, 15],
])("tells by %s, and by nothing else", (kind, disabled, msi, msix) => {
  const { config, word } = space();
  const own = new UserFunction(config);
  own.wake();
  for (const before of ["msix", "msi", "intx"] as const) own.tellBy(before);
  own.tellBy(kind);
  expect(word(COMMAND)).toBe(MEMORY | disabled);
  // how many messages it had is of no interest while it has none
  expect(kind === "msi" ? word(MSI + 2) : word(MSI + 2) & ~(7 << 4)).toBe(msi);
  expect(word(MSIX + 2)).toBe(msix);
});

test("after a reset it is as it was, but for the bus", () => {
  const { config, word } = space();
  const own = new UserFunction(config);
  own.wake();
  own.setBusMaster(true);
  own.tellBy("msix");
  config.write(COMMAND, new Uint8Array(2));
  config.write(MSIX + 2, Uint8Array.of(15, 0));
  own.wake();
  expect(word(COMMAND)).toBe(MEMORY | INTERRUPT_DISABLE);
  expect(word(MSIX + 2)).toBe(0x8000 | 15);
  own.setBusMaster(true);
  expect(word(COMMAND) & BUS_MASTER).toBe(BUS_MASTER);
});

test("what is as it should be is not written, and a broken chain of capabilities is none", () => {
  const { config, writes } = space(0x10);
  const own = new UserFunction(config);
  own.wake();
  own.tellBy("msix");
  own.tellBy("msix");
  expect(writes).toEqual([COMMAND, COMMAND]);
});
