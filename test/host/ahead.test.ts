// The pattern is drawn ahead, and the n-th submission still takes the n-th draw, whatever way it is submitted in.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { at, cidAt, type Harness, iovaOf, withQueues, writeCqe } from "./harness.ts";

const READ_SHARE_ALL = 0x10000;
const FIRST_LBA = 4096n;

interface Pattern {
  readonly random: boolean;
  readonly blocks: bigint;
  readonly readShare: number;
}

const patterns = fc.record({
  random: fc.boolean(),
  blocks: fc.constantFrom(1n, 3n, 1000n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 50n),
  readShare: fc.constantFrom(0, 0x4000, READ_SHARE_ALL),
});

function configurePattern({ wasm }: Harness, { random, blocks, readShare }: Pattern): void {
  wasm.configurePattern(random, blocks, FIRST_LBA, 8, readShare, 5n);
}

/** Opcode and LBA of the first `count` draws, drawn by nobody but the pattern. */
function drawn(pattern: Pattern, count: number): [number, bigint][] {
  const host = withQueues(2, 2);
  configurePattern(host, pattern);
  return Array.from({ length: count }, () => {
    const bits = BigInt.asUintN(64, host.wasm.draw());
    const opcode = Number(bits & 0xffffn) < pattern.readShare ? 2 : 1;
    return [opcode, BigInt.asUintN(64, host.wasm.nextLba(bits))];
  });
}

/** Opcode and LBA that stand in the submission queue entry at `index`. */
function submitted(host: Harness, index: number): [number, bigint] {
  const entry = at.sq + index * 64;
  return [host.bytes[entry]!, host.u64[(entry + 40) / 8]!];
}

interface Play {
  readonly pattern: Pattern;
  readonly depth: number;
  readonly spare: number;
  /** Of each round how many are completed at once, and whether the last of them failed. */
  readonly rounds: readonly (readonly [number, boolean])[];
}

const plays: fc.Arbitrary<Play> = fc.record({
  pattern: patterns,
  depth: fc.integer({ min: 1, max: 6 }),
  spare: fc.integer({ min: 0, max: 9 }),
  rounds: fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()), {
    minLength: 1,
    maxLength: 30,
  }),
});

test("in the order of submission, over laps of both queues", () => {
  fc.assert(fc.property(plays, isInOrder));
});

function isInOrder({ pattern, depth, spare, rounds }: Play): void {
  const entries = depth + 1 + spare;
  const cqEntries = depth + 1 + ((spare * 7) % 5);
  const host = withQueues(entries, cqEntries);
  host.wasm.configureSlots(
    at.slots,
    depth,
    iovaOf(at.buffers),
    4096,
    4096,
    at.lists,
    iovaOf(at.lists),
  );
  configurePattern(host, pattern);
  host.wasm.configure(at.block, at.reads, at.writes, 1, 7, at.ahead);
  host.wasm.start();
  let done = 0; // completions, which come in the order of submission
  const seen: [number, bigint][] = [];
  const look = (from: number, count: number): void => {
    for (let n = from; n < from + count; n++) seen.push(submitted(host, n % entries));
  };
  look(0, depth);
  for (const [wish, fails] of rounds) {
    const count = Math.min(wish, depth);
    for (let n = done; n < done + count; n++) {
      const cid = cidAt(host, n % entries);
      const status = fails && n === done + count - 1 ? 0x80 : 0;
      const phase = 1 - (Math.floor(n / cqEntries) & 1);
      writeCqe(host, n % cqEntries, { cid, status, sqhd: (n + 1) % entries, phase });
    }
    host.wasm.run(0n);
    look(done + depth, count);
    done += count;
    expect(host.wasm.head()).toBe(done % cqEntries);
  }
  expect(seen).toEqual(drawn(pattern, seen.length));
}
