import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, withQueues, writeCqe } from "./harness.ts";

describe("an empty queue pair", () => {
  test("has nothing to reap and rings nothing", () => {
    const host = withQueues(4, 4);
    expect(host.wasm.reap()).toBe(0);
    host.wasm.ring();
    host.wasm.free();
    expect(host.u32[at.sqDoorbell / 4]).toBe(0);
    expect(host.u32[at.cqDoorbell / 4]).toBe(0);
  });

  test("does not take an entry of the wrong phase", () => {
    const host = withQueues(4, 4);
    writeCqe(host, 0, { cid: 7, phase: 0, sqhd: 1, status: 0x80 });
    expect(host.wasm.reap()).toBe(0);
  });
});

describe("post and ring", () => {
  test("post copies 64 bytes and tells the device nothing", () => {
    const host = withQueues(4, 4);
    host.bytes.fill(0xab, at.scratch, at.scratch + 64);
    expect(host.wasm.post(at.scratch)).toBe(0);
    expect(host.bytes.slice(at.sq, at.sq + 64)).toEqual(new Uint8Array(64).fill(0xab));
    expect(host.bytes[at.sq + 64]).toBe(0);
    expect(host.u32[at.sqDoorbell / 4]).toBe(0);
  });

  test("ring announces all that was posted since, once", () => {
    const host = withQueues(4, 4);
    host.wasm.post(at.scratch);
    host.wasm.post(at.scratch);
    host.wasm.ring();
    expect(host.u32[at.sqDoorbell / 4]).toBe(2);
    host.u32[at.sqDoorbell / 4] = 0xdead;
    host.wasm.ring();
    expect(host.u32[at.sqDoorbell / 4], "an unmoved tail is not rung again").toBe(0xdead);
  });

  test("the tail wraps after the last entry", () => {
    const host = withQueues(3, 3);
    const indices = [0, 1, 2, 0, 1].map(() => host.wasm.post(at.scratch));
    expect(indices).toEqual([0, 1, 2, 0, 1]);
    host.wasm.ring();
    expect(host.u32[at.sqDoorbell / 4]).toBe(2);
  });
});

describe("reap and free", () => {
  test("reap consumes, free tells the device", () => {
    const host = withQueues(4, 4);
    writeCqe(host, 0, { cid: 1, phase: 1 });
    writeCqe(host, 1, { cid: 2, phase: 1 });
    expect(host.wasm.reap()).toBe(at.cq);
    expect(host.wasm.reap()).toBe(at.cq + 16);
    expect(host.wasm.reap()).toBe(0);
    expect(host.u32[at.cqDoorbell / 4]).toBe(0);
    host.wasm.free();
    expect(host.u32[at.cqDoorbell / 4]).toBe(2);
  });

  test("phase flips when the head wraps", () => {
    const host = withQueues(2, 2);
    for (const [index, phase] of [
      [0, 1],
      [1, 1],
      [0, 0],
      [1, 0],
      [0, 1],
    ] as const) {
      expect(host.wasm.reap(), "the old lap's entry is not new").toBe(0);
      writeCqe(host, index, { cid: 0, phase });
      expect(host.wasm.reap()).toBe(at.cq + index * 16);
    }
  });

  test("every entry is reaped exactly once, whatever the sizes and the batches", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 30 }),
        (entries, batches) => {
          const host = withQueues(entries, entries);
          let written = 0;
          for (const batch of batches) {
            const count = Math.min(batch, entries - 1);
            for (let n = 0; n < count; n++, written++) {
              const phase = (Math.floor(written / entries) + 1) & 1;
              writeCqe(host, written % entries, { cid: written & 0xffff, phase });
            }
            let reaped = 0;
            while (host.wasm.reap() !== 0) reaped++;
            expect(reaped).toBe(count);
            host.wasm.free();
            if (count > 0) expect(host.u32[at.cqDoorbell / 4]).toBe(written % entries);
          }
        },
      ),
    );
  });
});
