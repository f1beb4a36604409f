// What a completion queue entry says beside its status: dword 0 where a command returns something, and nothing else.
import { describe, expect, test } from "vitest";
import { Feature, NvmOpcode } from "../../assembly/spec/commands.ts";
import { AdminOpcode, Bench, type Command, iova, PAGE, type QueuePair } from "./bench-host.ts";

/** Bits 29:28 of dword 3: Command Retry Delay, of which there is none. */
const CRD = 0x30000000;

/** Executes a command into an entry full of ones; the entry's four dwords. */
function entryOf(bench: Bench, command: Command, pair: QueuePair = bench.admin): number[] {
  const place = pair.cq.pointer + pair.cq.head * 16;
  const phase = bench.view.getUint16(place + 14, true) & 1;
  bench.bytes.fill(0xff, place, place + 16);
  bench.view.setUint16(place + 14, 0xfffe | phase, true);
  bench.execute(command, pair);
  return [0, 4, 8, 12].map((offset) => bench.view.getUint32(place + offset, true));
}

describe("reserved fields are 0", () => {
  test("admin commands, with success and without; dword 0 is that of those that return something", () => {
    const bench = new Bench().enable();
    const prp1 = iova(bench.buffer(PAGE));
    bench.createPair(1);
    const returns: number[] = [
      AdminOpcode.GET_FEATURES,
      AdminOpcode.SET_FEATURES,
      AdminOpcode.ABORT,
    ];
    for (let opcode = 0; opcode < 256; opcode++) {
      if (opcode === AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST) continue;
      for (const cdw10 of [0, 1, 7, 0xff]) {
        const [dw0, dw1, , dw3] = entryOf(bench, { opcode, cdw10, prp1 });
        if (!returns.includes(opcode)) expect(dw0).toBe(0);
        expect(dw1).toBe(0);
        expect(dw3! & CRD).toBe(0);
      }
    }
  });

  test("a command that fails returns nothing in dword 0", () => {
    const bench = new Bench().enable();
    bench.createPair(1);
    const failing: Command[] = [
      {
        opcode: AdminOpcode.GET_FEATURES,
        cdw10: Feature.INTERRUPT_VECTOR_CONFIGURATION,
        cdw11: 0xffff,
      },
      { opcode: AdminOpcode.SET_FEATURES, cdw10: Feature.NUMBER_OF_QUEUES, cdw11: 0x10001 },
      { opcode: AdminOpcode.SET_FEATURES, cdw10: Feature.POWER_MANAGEMENT, cdw11: 1 },
      { opcode: AdminOpcode.ABORT, nsid: 1, cdw10: 1 },
    ];
    for (const command of failing) {
      const [dw0, dw1, , dw3] = entryOf(bench, command);
      expect([dw0, dw1]).toEqual([0, 0]);
      expect(dw3! >>> 17).not.toBe(0);
    }
  });

  test("I/O commands return nothing in dword 0", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    const prp1 = iova(bench.buffer(PAGE));
    for (let opcode = 0; opcode < 256; opcode++) {
      for (const nsid of [1, 2]) {
        const [dw0, dw1, , dw3] = entryOf(bench, { opcode, nsid, prp1 }, pair);
        expect([dw0, dw1]).toEqual([0, 0]);
        expect(dw3! & CRD).toBe(0);
      }
    }
    expect(bench.execute({ opcode: NvmOpcode.READ, nsid: 1, prp1 }, pair).dw0).toBe(0);
  });
});
