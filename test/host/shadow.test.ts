// Shadow doorbells in the loop: the shadow is always written, the doorbell when EventIdx was passed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BLOCK_COMPLETED } from "../../assembly/layout.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { at, cidAt, counter, type Harness, harness, withLoop, writeCqe } from "./harness.ts";

const NOT_RUNG = 0xffff_ffff;
const shadows = {
  tail: at.scratch,
  tailEvent: at.scratch + 4,
  head: at.scratch + 8,
  headEvent: at.scratch + 12,
};

function words(host: Harness, ...pointers: number[]): number[] {
  return pointers.map((pointer) => host.u32[pointer / 4]!);
}

describe("rung itself when the way from the former value to the new one passes EventIdx", () => {
  test.each([
    [0, 0, 1, true],
    [3, 3, 4, true],
    [3, 2, 4, false],
    [3, 4, 4, false],
    [3, 4, 6, true],
    [3, 9, 6, false],
    // round the queue's end, and with values that are no index
    [6, 7, 1, true],
    [6, 0, 1, true],
    [6, 1, 1, false],
    [6, 5, 1, false],
    [0xffff, 0xffff, 0, true],
    [0xfffe, 0, 0, false],
    [0, 0xffff, 1, false],
    [0, 0x1_0000, 1, true],
  ])("from %d with EventIdx %d to %d: %s", (former, event, value, isRung) => {
    const host = harness();
    host.u32[shadows.tail / 4] = former;
    host.u32[shadows.tailEvent / 4] = event;
    host.u32[at.sqDoorbell / 4] = NOT_RUNG;
    host.wasm.ringShadowed(at.sqDoorbell, shadows.tail, shadows.tailEvent, value);
    expect(words(host, shadows.tail, at.sqDoorbell)).toEqual([value, isRung ? value : NOT_RUNG]);
  });
});

/** A loop of depth 3 with shadows, started, whose clock stands at 1 for the first reading and far on after that. */
function started(): Harness {
  const host = withLoop(3, 8);
  host.wasm.attachShadows(shadows.tail, shadows.tailEvent, shadows.head, shadows.headEvent);
  let now = 0n;
  Object.defineProperty(host, "now", { configurable: true, get: () => ++now });
  host.wasm.start();
  host.u32.fill(NOT_RUNG, at.sqDoorbell / 4, at.sqDoorbell / 4 + 2);
  return host;
}

function complete(host: Harness, first: number, count: number): void {
  for (let index = first; index < first + count; index++) {
    writeCqe(host, index % 8, { cid: cidAt(host, index % 8), sqhd: (index + 1) % 8, phase: 1 });
  }
}

test.each([
  ["run", "runShadowed"],
  ["stage by stage", "runStaged"],
] as const)("%s: each sweep writes both shadows, and rings when asked", (_, run) => {
  const host = started();
  host.wasm.configureStages(at.writes, 0);
  expect(words(host, shadows.tail, shadows.head)).toEqual([3, 0]);
  host.u32[shadows.tailEvent / 4] = 0;
  host.u32[shadows.headEvent / 4] = 7;
  complete(host, 0, 3);
  host.wasm[run](100n);
  expect(words(host, shadows.tail, shadows.head)).toEqual([6, 3]);
  expect(words(host, at.sqDoorbell, at.cqDoorbell)).toEqual([NOT_RUNG, NOT_RUNG]);
  host.u32[shadows.tailEvent / 4] = 6;
  host.u32[shadows.headEvent / 4] = 3;
  complete(host, 3, 1);
  host.wasm[run](200n);
  expect(words(host, at.sqDoorbell, at.cqDoorbell)).toEqual([7, 4]);
  expect(counter(host, BLOCK_COMPLETED)).toBe(4);
});

test("what is drained frees its entries through the shadow", () => {
  const host = started();
  complete(host, 0, 3);
  host.u32[shadows.headEvent / 4] = 7;
  expect(host.wasm.drain(1000n)).toBe(0);
  expect(words(host, shadows.head, at.cqDoorbell)).toEqual([3, NOT_RUNG]);
});

test("a queue that is attached anew has none", () => {
  const host = started();
  host.wasm.attachSubmissionQueue(3, at.sq, 8, at.sqDoorbell, 0);
  host.wasm.attachCompletionQueue(at.cq, 8, at.cqDoorbell, 0, 1);
  host.wasm.start();
  expect(words(host, at.sqDoorbell)).toEqual([3]);
});

test("each way of the text has one full barrier, between the shadows and EventIdx, and none where there are no shadows", () => {
  const text = readFileSync(join(packageRoot, "build/host.wat"), "utf8");
  const compiled = (name: string): string => {
    const start = text.indexOf(`\n (func $assembly/host/loop/${name} `);
    return text.slice(start, text.indexOf("\n )\n", start));
  };
  const atomics = [...compiled("sweepShadowed").matchAll(/i32\.atomic\.\w+/g)].map(
    ([name]) => name,
  );
  const way = ["i32.atomic.store", "i32.atomic.load", "i32.atomic.load"];
  // for one command, and for many
  expect(atomics).toEqual([...way, ...way]);
  expect(compiled("sweepFrom")).not.toContain("atomic");
});
