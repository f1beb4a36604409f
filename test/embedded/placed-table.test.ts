// The table of memory that lies elsewhere than its pointer says, as the device searches it, held against a plain list.
import fc from "fast-check";
import { expect, test } from "vitest";
import { IOMMU_MAX_PLACED } from "../../assembly/layout.ts";
import type { Access } from "../../src/memory/iommu.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { broughtUp } from "../nvme/devices.ts";

const PAGE = 4096;
/** No pointer is as large as its low half. */
const FIRST = 0x77_f000_0000n;
const PAGES = 32;
const timeoutMs = 1000;

interface Placed {
  readonly page: number;
  readonly pages: number;
  readonly access: Access;
}

const addressOf = (page: number): bigint => FIRST + BigInt(page * PAGE);

test("one more than there is room for is refused, and nothing is changed by it", async () => {
  const { transport, device } = await broughtUp();
  const { pointer } = device.memory.allocate(PAGE);
  const span = { pointer, bytes: PAGE };
  const map = (page: number) => transport.iommu.map(span, addressOf(page), "read-write");
  for (let page = 0; page < IOMMU_MAX_PLACED; page++) map(page);
  expect(() => map(IOMMU_MAX_PLACED)).toThrow(`the embedded controller's table has 4096 entries`);
  expect(transport.iommu.pointerAt(addressOf(IOMMU_MAX_PLACED))).toBeUndefined();
  for (let page = 0; page < IOMMU_MAX_PLACED; page++) {
    expect(transport.iommu.pointerAt(addressOf(page))).toBe(pointer);
    transport.iommu.unmap(addressOf(page), PAGE);
  }
});

test("the device finds just what a list of the windows has, whatever came and went", async () => {
  const { transport, device, controller } = await broughtUp();
  const memory = device.memory.allocate(PAGES * PAGE);
  const { iommu } = transport;
  const page = fc.nat(PAGES - 1);
  const step = fc.record({
    page,
    pages: fc.integer({ min: 1, max: 4 }),
    access: fc.constantFrom<Access>("read-write", "read-only", "write-only"),
    probe: page,
  });
  const lies = ({ page: first, pages }: Placed, at: number) => first <= at && at < first + pages;
  const unmap = ({ page: first, pages }: Placed) => iommu.unmap(addressOf(first), pages * PAGE);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let model: Placed[] = [];
      for (const { probe, ...wish } of steps) {
        const end = wish.page + wish.pages;
        const others = model.filter((one) => one.page < end && wish.page < one.page + one.pages);
        if (others.length > 0) {
          for (const other of others) unmap(other);
          model = model.filter((one) => !others.includes(one));
        } else if (end <= PAGES) {
          const pointer = memory.pointer + (PAGES - end) * PAGE;
          iommu.map({ pointer, bytes: wish.pages * PAGE }, addressOf(wish.page), wish.access);
          model.push(wish);
        }
        const there = model.find((one) => lies(one, probe));
        const command = sqe.identify({ cns: 1, prp1: addressOf(probe) });
        memory.view.fill(0);
        const { status } = await controller.admin.run(command, { timeoutMs });
        const isWritable = there !== undefined && there.access !== "read-only";
        expect(status).toBe(isWritable ? 0 : 0x04);
        if (!isWritable) continue;
        const back = PAGES - there.page - there.pages + (probe - there.page);
        expect(memory.view[back * PAGE], "the beginning of Identify's data").toBe(0x62);
        expect(iommu.pointerAt(addressOf(probe))).toBe(memory.pointer + back * PAGE);
      }
      for (const one of model) unmap(one);
    }),
    { numRuns: 30 },
  );
});
