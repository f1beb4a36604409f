// SQHD of a completion: from the last one on to the tail that was rung, round the queue's end. Anything else is counted,
// and ends its command all the same, since all that names the command fits.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BLOCK_COMPLETED,
  BLOCK_FAILED,
  BLOCK_REJECTED,
  BLOCK_REJECTED_RAW,
  BLOCK_REJECTIONS,
  REJECTED_RAW_MAX,
  Rejection,
} from "../../assembly/layout.ts";
import { Status } from "../../assembly/spec/status.ts";
import { at, cidAt, counter, type Harness, withLoop, writeCqe } from "./harness.ts";

const count = (host: Harness, kind: Rejection): number =>
  counter(host, BLOCK_REJECTIONS + kind * 8);
const wrong = (host: Harness): number => count(host, Rejection.WRONG_SQHD);

/** A device that completes in order, with the SQHDs that it is told. */
class Completer {
  readonly host: Harness;
  readonly #entries: number;
  #posted = 0;
  #strays = 0;
  #now = 0n;

  constructor(depth: number, entries: number) {
    this.host = withLoop(depth, entries);
    this.#entries = entries;
    Object.defineProperty(this.host, "now", { configurable: true, get: () => ++this.#now });
    this.host.wasm.start();
  }

  post(sqhds: readonly number[], status = 0): void {
    for (const sqhd of sqhds) {
      this.#write(sqhd, cidAt(this.host, this.#posted % this.#entries), status);
      this.#posted++;
    }
  }

  /** An entry for a command that there is not. */
  stray(sqhd: number): void {
    this.#write(sqhd, 0xffff, 0);
    this.#strays++;
  }

  #write(sqhd: number, cid: number, status: number): void {
    const at = this.#posted + this.#strays;
    const phase = 1 - (Math.floor(at / this.#entries) % 2);
    writeCqe(this.host, at % this.#entries, { cid, sqhd, status, phase });
  }

  run(): void {
    this.host.wasm.run(this.#now + 20n);
  }
}

test("no doorbell is rung with the value that it has: that is an Invalid Doorbell Write Value (5.2)", () => {
  const NOBODY = 0xdead;
  const device = new Completer(3, 8);
  const { host } = device;
  host.u32.fill(NOBODY, at.sqDoorbell / 4, at.sqDoorbell / 4 + 2);
  expect(host.wasm.drain(5n)).toBe(3);
  expect([...host.u32.subarray(at.sqDoorbell / 4, at.sqDoorbell / 4 + 2)]).toEqual([
    NOBODY,
    NOBODY,
  ]);
  device.post([1, 2]);
  expect(host.wasm.drain(100n)).toBe(1);
  expect([host.u32[at.sqDoorbell / 4], host.u32[at.cqDoorbell / 4]]).toEqual([NOBODY, 2]);
  // an entry that ends nothing frees itself, and no command is new
  const rejected = new Completer(3, 8);
  rejected.host.u32[at.sqDoorbell / 4] = NOBODY;
  rejected.post([8]);
  rejected.run();
  const doorbells = [rejected.host.u32[at.sqDoorbell / 4], rejected.host.u32[at.cqDoorbell / 4]];
  expect(doorbells).toEqual([NOBODY, 1]);
});

describe("is right", () => {
  test("as long as it does not move, at each entry, and at the tail", () => {
    const device = new Completer(3, 8);
    device.post([0, 2, 3]);
    device.run();
    device.post([6, 6, 6]);
    device.run();
    expect(wrong(device.host)).toBe(0);
    expect(counter(device.host, BLOCK_COMPLETED)).toBe(6);
  });

  test.each([5, 7, 8])("round the end of a queue of %d, lap after lap", (entries) => {
    const device = new Completer(3, entries);
    for (let first = 1; first < 100; first += 3) {
      device.post([first, first + 1, first + 2].map((index) => index % entries));
      device.run();
    }
    expect(wrong(device.host)).toBe(0);
    expect(counter(device.host, BLOCK_COMPLETED)).toBe(99);
  });
});

describe("is wrong", () => {
  test.each([
    ["past the tail", [4], 8],
    ["the entry before the first", [7], 8],
    ["backwards in one sweep", [2, 1], 8],
    ["past the tail in one sweep", [1, 4], 8],
    ["backwards over the queue's end", [0, 4], 5],
  ])("%s: counted, kept, and its command has ended", (_, sqhds, entries) => {
    const device = new Completer(3, entries);
    device.post(sqhds);
    const { host } = device;
    const at16 = at.cq + (sqhds.length - 1) * 16;
    const entry = host.bytes.slice(at16, at16 + 16);
    device.run();
    expect(wrong(host)).toBe(1);
    expect(counter(host, BLOCK_REJECTED), "it is believed").toBe(0);
    expect(counter(host, BLOCK_COMPLETED)).toBe(sqhds.length);
    expect(host.wasm.outstanding()).toBe(3);
    const raw = at.block + BLOCK_REJECTED_RAW;
    expect(host.bytes.slice(raw, raw + 16)).toEqual(entry);
  });

  test("backwards from one sweep to the next", () => {
    const device = new Completer(3, 8);
    device.post([3]);
    device.run();
    device.post([2]);
    device.run();
    expect(wrong(device.host)).toBe(1);
  });

  test("once: the next is held against it, whichever of the two was wrong", () => {
    const low = new Completer(3, 8);
    low.post([2, 1, 3]);
    low.run();
    expect(wrong(low.host)).toBe(1);
    const high = new Completer(3, 8);
    high.post([3, 1, 2]);
    high.run();
    expect(wrong(high.host)).toBe(1);
  });

  test("also where the tail has moved over it by the time that it is judged", () => {
    const device = new Completer(3, 8);
    device.post([1, 2, 4]);
    device.run();
    expect(wrong(device.host), "the tail was 3 when it was posted").toBe(1);
  });

  test("with an error status, which is counted too", () => {
    const device = new Completer(3, 8);
    device.post([7], Status.INTERNAL_ERROR);
    device.run();
    expect(wrong(device.host)).toBe(1);
    expect(counter(device.host, BLOCK_FAILED)).toBe(1);
  });

  test("outside of the queue it is of another kind, and ends nothing", () => {
    const device = new Completer(3, 8);
    device.post([8]);
    device.run();
    expect([wrong(device.host), count(device.host, Rejection.BAD_SQHD)]).toEqual([0, 1]);
    expect(counter(device.host, BLOCK_COMPLETED)).toBe(0);
  });

  test("of an entry that is not believed it is not believed either", () => {
    const device = new Completer(3, 5);
    device.post([1, 2, 3]);
    device.run();
    device.stray(0);
    device.post([4, 0, 1]);
    device.run();
    expect([wrong(device.host), count(device.host, Rejection.BAD_CID)]).toEqual([0, 1]);
    expect(counter(device.host, BLOCK_COMPLETED)).toBe(6);
  });

  test("stage by stage, and while what is in flight is drained", () => {
    const staged = new Completer(3, 8);
    staged.host.wasm.configureStages(at.writes, 0);
    staged.post([2, 1, 2]);
    staged.host.wasm.runStaged(1000n);
    expect([wrong(staged.host), counter(staged.host, BLOCK_COMPLETED)]).toEqual([1, 3]);
    const drained = new Completer(3, 8);
    drained.post([2, 1, 2]);
    expect(drained.host.wasm.drain(1000n)).toBe(0);
    expect([wrong(drained.host), counter(drained.host, BLOCK_COMPLETED)]).toEqual([1, 3]);
  });

  test("as often as a plain account of it says, whatever the device sends", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    const batch = fc.array(fc.tuple(fc.boolean(), share), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 17 }), fc.array(batch, { maxLength: 60 }), (n, all) => {
        const device = new Completer(4, n);
        let [head, rung, expected, commands] = [0, 4, 0, 0];
        for (const entries of all) {
          let taken = 0;
          const sqhds = entries.map(([isTrue, where]) => {
            const span = (rung - head + n) % n;
            const sqhd = isTrue
              ? (head + Math.floor(where * (span + 1))) % n
              : Math.floor(where * n);
            const isWrong = (sqhd - head + n) % n > span;
            taken++;
            // a sweep ends at the entry that is wrong, and what it built is rung
            if (isWrong) {
              expected++;
              rung = (rung + taken) % n;
              taken = 0;
            }
            head = sqhd;
            return sqhd;
          });
          rung = (rung + taken) % n;
          commands += entries.length;
          device.post(sqhds);
          device.run();
        }
        expect(wrong(device.host)).toBe(expected);
        expect(counter(device.host, BLOCK_COMPLETED)).toBe(commands);
      }),
      { numRuns: 300 },
    );
  });

  test("more often than there is room for raw entries", () => {
    const device = new Completer(3, 8);
    for (let turn = 0; turn < 2 * REJECTED_RAW_MAX; turn++) {
      device.post([turn % 2 === 0 ? 7 : 6]);
      device.run();
    }
    expect(wrong(device.host)).toBeGreaterThan(0);
    expect(counter(device.host, BLOCK_COMPLETED)).toBe(2 * REJECTED_RAW_MAX);
  });
});
