// INTMS and INTMC on the stepped controller: what is masked is not raised, and what waits is raised when it is unmasked.
import { expect, test } from "vitest";
import { BUS_INTERRUPTS } from "../../assembly/layout.ts";
import { maskInterrupts, unmaskInterrupts } from "../../src/nvme/interrupt-mask.ts";
import { broughtUp, readOf } from "./devices.ts";

async function withVector(kind: "msi" | "msix", vector: number) {
  const up = await broughtUp("size=16m&vectors=8");
  const { device, controller, transport } = up;
  transport.interrupt(kind, vector);
  const sq = await controller.createQueuePair(1, 8, vector);
  const page = device.memory.allocate(4096);
  const raised = (): number => Number(device.memory.u64[BUS_INTERRUPTS / 8]!);
  const step = (): void => {
    for (let count = 0; count < 20; count++) transport.device!.step();
  };
  step();
  const before = raised();
  return { device, sq, page, step, raised: () => raised() - before };
}

test("MSI-X refuses it, and a vector that the kind has not is named", async () => {
  const { device } = await withVector("msix", 1);
  expect(() => maskInterrupts(device, "msix", [1])).toThrow(/with MSI-X/);
  expect(() => maskInterrupts(device, "msi", [32])).toThrow(/0 to 31 with msi/);
  expect(() => unmaskInterrupts(device, "intx", [1])).toThrow(/0 to 0 with intx/);
  expect(() => maskInterrupts(device, "msi", [0.5])).toThrow(/vector/);
});

test("what completes while a vector is masked interrupts when it is unmasked, once", async () => {
  const { device, sq, page, step, raised } = await withVector("msi", 3);
  expect(maskInterrupts(device, "msi", [3, 5])).toBe(0b101000);
  for (let count = 0; count < 3; count++) sq.post(readOf(page));
  sq.ring();
  step();
  expect([raised(), sq.cq.peek()?.status]).toEqual([0, 0]);
  expect(unmaskInterrupts(device, "msi", [3])).toBe(0b100000);
  step();
  expect(raised()).toBe(1);
});

test("nothing waits for what was taken meanwhile", async () => {
  const { device, sq, page, step, raised } = await withVector("msi", 3);
  maskInterrupts(device, "msi", [3]);
  sq.post(readOf(page));
  sq.ring();
  step();
  sq.cq.take();
  sq.cq.free();
  step();
  unmaskInterrupts(device, "msi", [3]);
  step();
  expect(raised()).toBe(0);
});
