// Vectors of a run's queues: what the device has, what the host gives of it, and who shares.
import { expect, test } from "vitest";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { grantVectors, requireCoalescedVector, vectorsFor } from "../../src/run/vectors.ts";

import { broughtUp, openStepped } from "../nvme/devices.ts";

test("each queue has its own while there are enough, and the admin queue's is nobody's", async () => {
  const { transport } = await openStepped("size=16m&vectors=9");
  expect(grantVectors("msix", 3, transport)).toEqual({
    ...{ kind: "msix", vectors: [1, 2, 3], isShared: false },
  });
  expect(grantVectors("msix", 9, transport)).toMatchObject({ isShared: true });
  expect(grantVectors("msix-shared", 2, transport).vectors).toEqual([1, 1]);
});

test.each([
  [4, 3, [1, 2, 3]],
  [4, 5, [1, 2, 3, 1, 2]],
  [2, 3, [1, 1, 1]],
  [1, 3, [0, 0, 0]],
])("a host with %i messages of MSI: %i queues have %j", async (messages, queues, vectors) => {
  const { transport } = await openStepped(`size=16m&host-messages=${messages}`);
  const granted = grantVectors("msi", queues, transport);
  expect(granted).toEqual({ kind: "msi", vectors, isShared: new Set(vectors).size < queues });
  for (const vector of vectors) expect(transport.interrupt("msi", vector).fd).toBeGreaterThan(0);
});

test("MME is what was asked for, rounded up, and what the host has at most", async () => {
  const { transport, config } = await openStepped("size=16m&msi=16&host-messages=8");
  const control = (): number => config.read16(0x52);
  const enabled = (): number => 2 ** ((control() >>> 4) & 7);
  expect([2 ** ((control() >>> 1) & 7), control() & 1]).toEqual([16, 0]);
  transport.interrupt("msi", 0);
  expect([control() & 1, enabled()]).toEqual([1, 1]);
  expect(transport.wiring!.grant("msi", 3)).toBe(3);
  expect(enabled()).toBe(4);
  expect(transport.wiring!.grant("msi", 99)).toBe(8);
  expect(() => transport.interrupt("msi", 8)).toThrow(
    expect.objectContaining({ code: "ENVIRONMENT", message: expect.stringMatching(/vector 8/) }),
  );
});

test("a queue on a message that is not enabled is refused by the controller", async () => {
  const { controller, transport } = await broughtUp("size=16m");
  transport.wiring!.grant("msi", 2);
  transport.interrupt("msi", 1);
  await expect(controller.createQueuePair(1, 8, 2)).rejects.toThrow(/Invalid Interrupt Vector/i);
  await expect(controller.createQueuePair(1, 8, 1)).resolves.toBeDefined();
});

test("a vector to coalesce is one that the host gives, not only one that the device has", async () => {
  const { transport } = await openStepped("size=16m&host-messages=2");
  const workload = parseWorkload({
    completion: "interrupt",
    irq: "msi",
    numjobs: "3",
    coalesce: "7,10,2",
  });
  expect(() => requireCoalescedVector([workload], transport, vectorsFor)).not.toThrow();
  expect(() => requireCoalescedVector([workload], transport, grantVectors)).toThrow(
    expect.objectContaining({
      code: "USAGE",
      message: expect.stringMatching(/no queue has vector 2; those of the queues are 1$/),
    }),
  );
});
