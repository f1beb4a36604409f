// Masks of MSI-X by the library, on the stepped controller: judged by what reaches the vector's eventfd.
import { describe, expect, test } from "vitest";
import { maskFunction, maskVector, readMsix, unmaskVector } from "../../src/nvme/msix.ts";
import { broughtUp, openStepped, readOf, work } from "./devices.ts";

async function withVector(vector: number, parameters = "") {
  const up = await broughtUp(`size=16m&vectors=9${parameters}`);
  const { device, controller, transport } = up;
  const eventFd = transport.interrupt("msix", vector);
  const sq = await controller.createQueuePair(1, 16, vector);
  const page = device.memory.allocate(4096);
  const read = async (count: number): Promise<void> => {
    for (let one = 0; one < count; one++) {
      sq.post(readOf(page));
      sq.ring();
      await work(device);
    }
  };
  return { ...up, eventFd, sq, read };
}

describe("what cannot be is refused", () => {
  test("a vector without an eventfd, another kind than is switched on, MSI", async () => {
    const { device } = await withVector(1);
    const vectors = [0, 2, -1, 0.5, 9];
    for (const vector of vectors) {
      expect(() => maskVector(device, "msix", vector)).toThrow(/has no eventfd with msix/);
    }
    expect(() => maskVector(device, "msi", 1)).toThrow(
      expect.objectContaining({
        code: "REFUSED",
        message: expect.stringMatching(/maskInterrupts/),
      }),
    );
  });

  test("a transport that only counts, a function without MSI-X", async () => {
    const { transport } = await openStepped();
    const { wiring: _, ...bare } = { ...transport, config: transport.config };
    expect(() => readMsix({ transport: { ...bare, address: "bare" } as never })).toThrow(
      /its transport only counts interrupts/,
    );
    const config = { bytes: 64, read: () => new Uint8Array(64), write: () => {} };
    expect(() => readMsix({ transport: { ...bare, config, address: "old" } as never })).toThrow(
      /^MSI-X of old: the function has no MSI-X capability$/,
    );
  });

  test("Function Mask that does not stay", async () => {
    const { transport } = await openStepped();
    const { config } = transport;
    const deaf = { bytes: 4096, read: config!.read.bind(config), write: () => {} };
    const held = { transport: { ...transport, address: "held", config: deaf } as never };
    expect(() => maskFunction(held, true)).toThrow(
      expect.objectContaining({ code: "REFUSED", message: expect.stringMatching(/stays 0/) }),
    );
    expect(() => maskFunction(held, false)).not.toThrow();
  });
});

test("the table shows what is wired", async () => {
  const { device } = await withVector(2);
  const state = readMsix(device);
  expect(state).toMatchObject({ isEnabled: true, isFunctionMasked: false, table: { bar: 0 } });
  expect(state.vectors).toHaveLength(9);
  expect(state.vectors[2]).toEqual({
    ...{ vector: 2, address: 0xfee0_0000n, data: 2, isMasked: false, isPending: false },
  });
  expect(state.vectors[3]).toMatchObject({ address: 0n, isMasked: true });
});

test("what comes while a vector is masked waits in its pending bit, and counts one when it is unmasked", async () => {
  const { device, eventFd, read } = await withVector(1);
  await read(1);
  expect(eventFd.wait(0)).toBe(1);
  expect(maskVector(device, "msix", 1)).toBe("table");
  await read(3);
  expect(eventFd.wait(0)).toBe(0);
  expect(readMsix(device).vectors[1]).toMatchObject({ isMasked: true, isPending: true });
  expect(unmaskVector(device, "msix", 1)).toBe("table");
  await work(device);
  expect(eventFd.wait(0)).toBe(1);
  expect(readMsix(device).vectors[1]).toMatchObject({ isMasked: false, isPending: false });
});

test.each(["mask-ignored", "pending-bit-lost", "unmask-silent"])(
  "with %s that does not hold",
  async (fault) => {
    const { device, eventFd, read } = await withVector(1, `&fault=${fault}`);
    maskVector(device, "msix", 1);
    await read(1);
    const held = [eventFd.wait(0), readMsix(device).vectors[1]!.isPending];
    unmaskVector(device, "msix", 1);
    await work(device);
    expect([...held, eventFd.wait(0)]).not.toEqual([0, true, 1]);
  },
);

test("Function Mask holds all of them", async () => {
  const { device, eventFd, read } = await withVector(1);
  maskFunction(device, true);
  await read(1);
  expect(eventFd.wait(0)).toBe(0);
  expect(readMsix(device)).toMatchObject({ isFunctionMasked: true });
  maskFunction(device, false);
  await work(device);
  expect(eventFd.wait(0)).toBe(1);
});

test("a reset of the function that the host knows of leaves the table as it was", async () => {
  const { device, eventFd } = await withVector(1);
  await device.reset("function");
  expect(readMsix(device).vectors[1]).toMatchObject({ data: 1, isMasked: false });
  const controller = await device.bringUp({ ioQueues: 1 });
  const sq = await controller.createQueuePair(1, 16, 1);
  sq.post(readOf(device.memory.allocate(4096)));
  sq.ring();
  await work(device);
  expect(eventFd.wait(0)).toBe(1);
});
