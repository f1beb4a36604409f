// The queue pair that a host instance takes over, wherever its rings stand. Posting and reaping one by one is the
// control plane's: test/nvme/submission-queue.test.ts and completion-queue.test.ts.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  at,
  cidAt,
  configureLoop,
  harness,
  SQID,
  withLoop,
  withQueues,
  writeCqe,
} from "./harness.ts";

describe("an empty queue pair", () => {
  test("has nothing to reap and rings nothing", () => {
    const host = withLoop(3);
    expect(host.wasm.sweep()).toBe(0);
    host.wasm.ring();
    host.wasm.free();
    expect(host.u32[at.sqDoorbell / 4]).toBe(0);
    expect(host.u32[at.cqDoorbell / 4]).toBe(0);
  });

  test("does not take an entry of the wrong phase", () => {
    const host = withLoop(3);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 0, sqhd: 1, status: 0x80 });
    expect(host.wasm.sweep()).toBe(0);
  });
});

describe("a queue pair that is taken over", () => {
  test("stands where its owner left it, and nothing is rung for that", () => {
    const host = withQueues(4, 8);
    host.wasm.attachSubmissionQueue(SQID, at.sq, 4, at.sqDoorbell, 3);
    host.wasm.attachCompletionQueue(at.cq, 8, at.cqDoorbell, 5, 0);
    expect([host.wasm.tail(), host.wasm.head(), host.wasm.phaseTag()]).toEqual([3, 5, 0]);
    host.wasm.ring();
    host.wasm.free();
    expect(host.u32[at.sqDoorbell / 4]).toBe(0);
    expect(host.u32[at.cqDoorbell / 4]).toBe(0);
  });

  test("goes on from there: the tail wraps, the head wraps, the phase flips", () => {
    const host = harness();
    configureLoop(host, 2, 3);
    host.wasm.attachSubmissionQueue(SQID, at.sq, 3, at.sqDoorbell, 2);
    host.wasm.attachCompletionQueue(at.cq, 3, at.cqDoorbell, 2, 0);
    host.wasm.start();
    expect(host.u32[at.sqDoorbell / 4], "two commands, from entry 2 on").toBe(1);
    const [first, second] = [cidAt(host, 2), cidAt(host, 0)];
    writeCqe(host, 2, { cid: first, phase: 1 });
    expect(host.wasm.sweep(), "an entry of the other lap").toBe(0);
    writeCqe(host, 2, { cid: first, phase: 0 });
    writeCqe(host, 0, { cid: second, phase: 1 });
    expect(host.wasm.sweep()).toBe(2);
    expect([host.wasm.head(), host.wasm.phaseTag()]).toEqual([1, 1]);
    expect(host.u32[at.cqDoorbell / 4]).toBe(1);
  });
});

describe("post and ring", () => {
  test("ring announces all that was posted since, once", () => {
    const host = withLoop(2);
    host.wasm.start();
    expect(host.u32[at.sqDoorbell / 4]).toBe(2);
    host.u32[at.sqDoorbell / 4] = 0xdead;
    host.wasm.ring();
    expect(host.u32[at.sqDoorbell / 4], "an unmoved tail is not rung again").toBe(0xdead);
  });
});

describe("reap and free", () => {
  test("free tells the device once of all that was reaped", () => {
    const host = withLoop(3);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    writeCqe(host, 1, { cid: cidAt(host, 1), phase: 1 });
    expect(host.wasm.sweep()).toBe(2);
    expect(host.u32[at.cqDoorbell / 4]).toBe(2);
    host.u32[at.cqDoorbell / 4] = 0xdead;
    host.wasm.free();
    expect(host.u32[at.cqDoorbell / 4], "an unmoved head is not rung again").toBe(0xdead);
  });

  test("every entry is reaped exactly once, whatever the sizes and the batches", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 30 }),
        (entries, batches) => {
          const host = withLoop(entries - 1, entries);
          host.wasm.start();
          let written = 0;
          for (const batch of batches) {
            const count = Math.min(batch, entries - 1);
            for (let n = 0; n < count; n++, written++) {
              const index = written % entries;
              const phase = (Math.floor(written / entries) + 1) & 1;
              writeCqe(host, index, { cid: cidAt(host, index), phase });
            }
            expect(host.wasm.sweep()).toBe(count);
            expect(host.wasm.sweep(), "the old lap's entries are not new").toBe(0);
            if (count > 0) expect(host.u32[at.cqDoorbell / 4]).toBe(written % entries);
          }
        },
      ),
    );
  });
});
