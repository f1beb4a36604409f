// The pin of the stepped controller, as its configuration space shows it and as a host masks it.
import { expect, test } from "vitest";
import { maskVector, readMsix, unmaskVector } from "../../src/nvme/msix.ts";
import { rewireInterrupt } from "../../src/nvme/rewire.ts";
import { broughtUp, openStepped, readOf, work } from "./devices.ts";

const STATUS_INTERRUPT = 0x8;
const INTERRUPT_DISABLE = 0x400;

async function withPin() {
  const up = await broughtUp("size=16m&interrupts=intx");
  const { device, controller, transport } = up;
  const eventFd = transport.interrupt("intx", 0);
  const sq = await controller.createQueuePair(1, 16, 0);
  await work(device);
  eventFd.wait(0);
  transport.unmask("intx")!.signal();
  const page = device.memory.allocate(4096);
  const read = async (): Promise<void> => {
    sq.post(readOf(page));
    sq.ring();
    await work(device);
  };
  const take = async (): Promise<void> => {
    while (sq.cq.take() !== undefined);
    sq.cq.free();
    await work(device);
  };
  return { ...up, eventFd, read, take };
}

test("a function has the kinds of interrupt that were asked for, and shows no others", async () => {
  const { config, transport } = await openStepped("interrupts=intx");
  expect(transport.vectors).toEqual({ msix: 0, msi: 0, intx: 1 });
  expect([config.read8(0x3d), config.read8(0x41)]).toEqual([1, 0x80]);
  expect(() => readMsix({ transport })).toThrow(/has no MSI-X capability/);
  const messages = await openStepped("interrupts=msix+msi&vectors=5");
  expect(messages.transport.vectors).toEqual({ msix: 5, msi: 4, intx: 0 });
  expect(messages.config.read8(0x3d)).toBe(0);
});

test("Interrupt Status is its level", async () => {
  const { device, read, take } = await withPin();
  const status = (): number => device.config.read16(6) & STATUS_INTERRUPT;
  expect(status()).toBe(0);
  await read();
  expect(status()).toBe(STATUS_INTERRUPT);
  await take();
  expect(status()).toBe(0);
});

test("Interrupt Disable holds it back until it is cleared", async () => {
  const { device, eventFd, read } = await withPin();
  const command = device.config.read16(4);
  device.config.write16(4, command | INTERRUPT_DISABLE);
  expect(device.config.read16(4)).toBe(command | INTERRUPT_DISABLE);
  await read();
  expect(eventFd.wait(0)).toBe(0);
  device.config.write16(4, command);
  await work(device);
  expect(eventFd.wait(0)).toBe(1);
});

test("it may be masked by hand, and what is there then interrupts when it is unmasked", async () => {
  const { device, eventFd, read } = await withPin();
  expect(maskVector(device, "intx", 0)).toBe("kernel");
  device.transport.unmask("intx")!.wait(0);
  await read();
  expect(eventFd.wait(0)).toBe(0);
  unmaskVector(device, "intx", 0);
  await work(device);
  expect(eventFd.wait(0)).toBe(1);
});

test("another eventfd takes over what was counted, and the mask of that interrupt", async () => {
  const { device, read, take, transport } = await withPin();
  await read();
  const fresh = rewireInterrupt(device, "intx", 0);
  expect(fresh.wait(0)).toBe(1);
  await read();
  expect(fresh.wait(0)).toBe(0);
  transport.unmask("intx")!.signal();
  await work(device);
  expect(fresh.wait(0)).toBe(1);
  await take();
});
