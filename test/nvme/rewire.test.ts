// Another eventfd for a vector while commands are in flight, on the stepped controller: nothing is lost, nothing leaks.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { BUS_INTERRUPTS } from "../../assembly/layout.ts";
import { maskVector, unmaskVector } from "../../src/nvme/msix.ts";
import { rewireInterrupt } from "../../src/nvme/rewire.ts";
import { broughtUp, readOf, work } from "./devices.ts";

const openFiles = (): number => readdirSync("/proc/self/fd").length;

async function withVector(kind: "msix" | "msi", parameters = "") {
  const up = await broughtUp(`size=16m&vectors=9${parameters}`);
  const { device, controller, transport } = up;
  const eventFd = transport.interrupt(kind, 1);
  const sq = await controller.createQueuePair(1, 64, 1);
  const page = device.memory.allocate(4096);
  const submit = (count: number): void => {
    for (let one = 0; one < count; one++) {
      sq.post(readOf(page));
      sq.ring();
      transport.stepDevice(2);
    }
  };
  const reap = (): number => {
    let found = 0;
    while (sq.cq.take() !== undefined) found++;
    sq.cq.free();
    return found;
  };
  const raised = (): number => Number(device.memory.u64[BUS_INTERRUPTS / 8]!);
  return { ...up, sq, eventFd, submit, reap, raised };
}

test("a vector without an eventfd, another kind, a transport that cannot", async () => {
  const { device } = await withVector("msix");
  for (const vector of [0, 2, -1, Number.NaN]) {
    expect(() => rewireInterrupt(device, "msix", vector)).toThrow(/has no eventfd with msix/);
  }
  expect(() => rewireInterrupt(device, "msi", 1)).toThrow(/has no eventfd with msi/);
  const { registers, controller } = device;
  const bare = { registers, controller, transport: {} as never };
  expect(() => rewireInterrupt(bare, "msix", 1)).toThrow(
    expect.objectContaining({ code: "USAGE" }),
  );
});

test("a queue that a loop has", async () => {
  const { device, sq } = await withVector("msix");
  sq.lendPair("job 0");
  expect(() => rewireInterrupt(device, "msix", 1)).toThrow(
    /^rewire vector 1: completion queue 1 is lent to job 0/,
  );
});

// MSI-X has a message for each of the entries; MSI one for the first and one when the mask of the change ends
test.each([
  ["msix", 251],
  ["msi", 100],
] as const)(
  "%s: each interrupt is counted once, by one eventfd or the next, and the old ones are gone",
  async (kind, least) => {
    const { device, transport, submit, reap, raised, eventFd } = await withVector(kind);
    await work(device);
    let current = eventFd;
    const before = { raised: raised(), files: 0 };
    let counted = current.wait(0);
    for (let round = 0; round < 50; round++) {
      submit(5);
      const old = current;
      // every other time somebody had taken what was counted so far
      if (round % 2 === 0) counted += current.wait(0);
      current = rewireInterrupt(device, kind, 1);
      expect(old.fd).toBe(-1);
      submit(3);
      reap();
      transport.stepDevice(4);
      if (round === 1) before.files = openFiles();
    }
    expect(openFiles()).toBe(before.files);
    counted += current.wait(0);
    expect(counted).toBe(raised() - before.raised);
    expect(counted).toBeGreaterThanOrEqual(least);
  },
);

test("with interrupts that are dropped that does not hold against the completions", async () => {
  const { device, submit, reap } = await withVector("msix", "&fault=drop-interrupt:every=10");
  submit(20);
  const fresh = rewireInterrupt(device, "msix", 1);
  submit(20);
  expect(reap()).toBe(40);
  expect(fresh.wait(0)).toBe(36);
});

test("what waits behind a mask comes to the eventfd that there is then", async () => {
  const { device, submit } = await withVector("msix");
  maskVector(device, "msix", 1);
  submit(2);
  const fresh = rewireInterrupt(device, "msix", 1);
  expect(fresh.wait(0)).toBe(0);
  unmaskVector(device, "msix", 1);
  await work(device);
  expect(fresh.wait(0)).toBe(1);
});
