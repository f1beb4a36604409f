// Bad pointers: an address that nothing maps, on the embedded controller, stepped.
import { expect, test } from "vitest";
import { Status } from "../../assembly/spec/status.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { timeoutMs, withPair } from "./devices.ts";

test.each([0, 65_537, 1.5, Number.NaN])("%s bytes are refused", async (bytes) => {
  const { device } = await withPair();
  expect(() => device.memory.unmapped(bytes)).toThrow(/bytes .*: must be 1 to 65536/);
});

test("a command whose data lie there fails, at both ends, and the next one does not", async () => {
  const { device, sq, page } = await withPair();
  const bytes = 65_536;
  const iova = device.memory.unmapped(bytes);
  const range = { nsid: 1, slba: 0n, blocks: 1 };
  for (const prp1 of [iova, iova + BigInt(bytes) - 4096n]) {
    const { status } = await sq.run(sqe.read({ ...range, prp1 }), { timeoutMs });
    expect(status).toBe(Status.DATA_TRANSFER_ERROR);
  }
  const { status } = await sq.run(sqe.read({ ...range, data: page }), { timeoutMs });
  expect(status).toBe(0);
});
