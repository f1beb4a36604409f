// Snapshots of queues against a model of the rings: whose is each entry, at any time, with any order of completions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CompletionEntryState, SubmissionEntryState } from "../../src/nvme/snapshot.ts";
import type { SqeDwords } from "../../src/nvme/sqe.ts";
import type { SubmissionQueue } from "../../src/nvme/submission-queue.ts";
import { type Bare, bareQueues } from "./bare-queues.ts";
import { broughtUp, readOf, reapAll, withPair, work } from "./devices.ts";

const sqStates = (sq: SubmissionQueue): string =>
  sq
    .snapshot()
    .entries.map(({ state }) => state)
    .join(" ");

const cqStates = ({ cq }: Pick<Bare, "cq">): string =>
  cq
    .snapshot()
    .entries.map(({ state }) => state)
    .join(" ");

const flush = (cid: number): SqeDwords => Uint32Array.of(cid << 16, 1, ...Array(14).fill(0));

describe("misuse", () => {
  test("a queue that is gone or lent has no snapshot", async () => {
    const { controller, sq } = await withPair();
    sq.lendPair("a loop");
    expect(() => sq.snapshot()).toThrow(/a loop has it/);
    expect(() => sq.cq.snapshot()).toThrow(/a loop has it/);
    sq.takeBack({ sqTail: 0, cqHead: 0, cqPhase: 1 });
    expect(sqStates(sq)).toMatch(/^free( free){7}$/);
    await controller.deleteSubmissionQueue(sq);
    expect(() => sq.snapshot()).toThrow(/it was deleted/);
    await controller.reset();
    expect(() => sq.cq.snapshot()).toThrow(/the controller was reset since/);
    expect(() => controller.admin.snapshot()).toThrow(/the controller was reset since/);
  });

  test("a doorbell that is no entry covers nothing", () => {
    const bare = bareQueues(4);
    const sq = bare.addQueue(1, 4);
    sq.post(flush(1));
    sq.ring(77);
    expect(sq.snapshot()).toMatchObject({ doorbell: 77, tail: 1 });
    expect(sqStates(sq)).toBe("posted free free free");
    bare.cq.ring(-1);
    expect(cqStates(bare)).toBe("free free free free");
  });

  test("a tail that covers what was never written makes it the controller's", () => {
    const sq = bareQueues(4).addQueue(1, 4);
    sq.ring(2);
    expect(sqStates(sq)).toBe("rung rung free free");
  });
});

describe("a controller that does what it may not", () => {
  test("an entry that it writes over before it was freed is told", () => {
    const bare = bareQueues(4);
    const sq = bare.addQueue(1, 8);
    for (const cid of [1, 2]) sq.post(flush(cid));
    sq.ring();
    bare.complete(0, { cid: 1, sqhd: 2 });
    bare.complete(1, { cid: 2, sqhd: 2 });
    bare.cq.take();
    bare.cq.take();
    expect(cqStates(bare)).toBe("reaped reaped free free");
    bare.complete(0, { cid: 9, phase: 0 });
    expect(cqStates(bare)).toBe("overwritten reaped free free");
  });

  test("a queue filled to its last entry is shown as it is", () => {
    const bare = bareQueues(4);
    for (let index = 0; index < 4; index++) bare.complete(index, { cid: index, sqid: 0xffff });
    expect(cqStates(bare)).toBe("new new new new");
  });
});

describe("entries of the caller's choice", () => {
  test("they are posted until a tail covers them, and read once SQHD has passed", () => {
    const bare = bareQueues(8);
    const sq = bare.addQueue(1, 8);
    sq.post(flush(5), { slot: 1 });
    sq.post(flush(5), { slot: 0 });
    sq.post(flush(6), { slot: 5 });
    expect(sqStates(sq)).toBe("posted posted free free free posted free free");
    sq.ring(2);
    expect(sqStates(sq)).toBe("rung rung free free free posted free free");
    bare.complete(0, { cid: 5, sqhd: 2 });
    expect(sqStates(sq).replaceAll("completed", "")).toContain("rung");
    bare.cq.take();
    expect(sqStates(sq).match(/read/g)).toHaveLength(1);
  });

  test("of a CID that stands in old entries too, the newest is outstanding", () => {
    const bare = bareQueues(8);
    const sq = bare.addQueue(1, 4);
    for (let lap = 0; lap < 2; lap++) {
      sq.post(flush(7));
      sq.ring();
      if (lap === 0) bare.complete(0, { cid: 7, sqhd: 1 });
      if (lap === 0) bare.cq.take();
    }
    expect(sqStates(sq)).toBe("free rung free free");
  });
});

/** The rings as the specification has them: the host's side and the controller's, an entry at a time. */
class Model {
  readonly bare: Bare;
  readonly sq: SubmissionQueue;
  readonly sqEntries: number;
  readonly cqEntries: number;
  readonly sqStates: SubmissionEntryState[];
  readonly cqStates: CompletionEntryState[];
  cidOf: number[];
  tail = 0;
  rung = 0;
  /** How far the controller has read, and how far the host knows. */
  fetched = 0;
  told = 0;
  cqTail = 0;
  cqPhase: 0 | 1 = 1;
  cqHead = 0;
  cqFreed = 0;
  inDevice: number[] = [];
  posted: { slot: number; sqhd: number }[] = [];
  cid = 0;

  constructor(sqEntries: number, cqEntries: number) {
    this.bare = bareQueues(cqEntries);
    this.sq = this.bare.addQueue(1, sqEntries);
    this.sqEntries = sqEntries;
    this.cqEntries = cqEntries;
    this.sqStates = Array(sqEntries).fill("free");
    this.cqStates = Array(cqEntries).fill("free");
    this.cidOf = Array(sqEntries).fill(0);
  }

  post(): void {
    if (this.sq.room === 0) return;
    // a slot whose command is at work is not used again before its completion, by any host that is sane
    if (this.sqStates[this.tail] !== "free") return;
    const cid = this.cid++ % 7;
    this.sq.post(flush(cid));
    this.cidOf[this.tail] = cid;
    this.sqStates[this.tail] = "posted";
    this.tail = (this.tail + 1) % this.sqEntries;
  }

  ring(): void {
    this.sq.ring();
    for (; this.rung !== this.tail; this.rung = (this.rung + 1) % this.sqEntries) {
      this.sqStates[this.rung] = "rung";
    }
  }

  fetch(): void {
    if (this.fetched === this.rung) return;
    this.inDevice.push(this.fetched);
    this.fetched = (this.fetched + 1) % this.sqEntries;
  }

  complete(choice: number): void {
    const isFull = (this.cqTail + 1) % this.cqEntries === this.cqFreed;
    if (this.inDevice.length === 0 || isFull) return;
    const slot = this.inDevice.splice(choice % this.inDevice.length, 1)[0]!;
    const sqhd = this.fetched;
    this.bare.complete(this.cqTail, { cid: this.cidOf[slot]!, sqhd, phase: this.cqPhase });
    this.posted.push({ slot, sqhd });
    this.sqStates[slot] = "completed";
    this.cqStates[this.cqTail] = "new";
    this.cqTail = (this.cqTail + 1) % this.cqEntries;
    if (this.cqTail === 0) this.cqPhase = this.cqPhase === 1 ? 0 : 1;
  }

  take(): void {
    const found = this.bare.cq.take();
    const next = this.posted.shift();
    expect(found?.cid).toBe(next && this.cidOf[next.slot]);
    if (next === undefined) return;
    this.sqStates[next.slot] = "free";
    for (; this.told !== next.sqhd; this.told = (this.told + 1) % this.sqEntries) {
      if (this.sqStates[this.told] === "rung") this.sqStates[this.told] = "read";
    }
    this.cqStates[this.cqHead] = "reaped";
    this.cqHead = (this.cqHead + 1) % this.cqEntries;
  }

  free(): void {
    this.bare.cq.free();
    for (; this.cqFreed !== this.cqHead; this.cqFreed = (this.cqFreed + 1) % this.cqEntries) {
      this.cqStates[this.cqFreed] = "free";
    }
  }

  /** CIDs repeat every seven commands; two alike in flight cannot be told apart by anybody. */
  isAmbiguous(): boolean {
    const cids = this.sqStates.flatMap((state, slot) =>
      state === "free" ? [] : [this.cidOf[slot]],
    );
    return new Set(cids).size < cids.length;
  }
}

const act = fc.oneof(
  fc.constantFrom("post", "ring", "fetch", "take", "free").map((name) => [name, 0] as const),
  fc.nat(7).map((choice) => ["complete", choice] as const),
);

test("every entry is whose the model says, after any acts in any order", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 2, max: 7 }),
      fc.array(act, { minLength: 40, maxLength: 200 }),
      (sqEntries, cqEntries, acts) => {
        const model = new Model(sqEntries, cqEntries);
        for (const [name, choice] of acts) {
          model[name as "complete"](choice);
          if (model.isAmbiguous()) return;
          expect(sqStates(model.sq), name).toBe(model.sqStates.join(" "));
          expect(cqStates(model.bare), name).toBe(model.cqStates.join(" "));
          const { head, tail, doorbell } = model.sq.snapshot();
          expect({ head, tail, doorbell }).toEqual({
            head: model.told,
            tail: model.tail,
            doorbell: model.rung,
          });
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe("on the embedded controller", () => {
  test("a snapshot disturbs nothing: not a register, not a byte, not a completion", async () => {
    const { device, sq, page } = await withPair();
    for (let cid = 0; cid < 3; cid++) sq.post(readOf(page), { cid });
    sq.ring();
    await work(device);
    const bytes = [sq.region.copy(), sq.cq.region.copy()];
    const before = { sq: sq.snapshot(), cq: sq.cq.snapshot() };
    expect({ sq: sq.snapshot(), cq: sq.cq.snapshot() }).toEqual(before);
    expect([sq.region.copy(), sq.cq.region.copy()]).toEqual(bytes);
    expect(before.sq.entries.slice(0, 3).map(({ state }) => state)).toEqual(
      Array(3).fill("completed"),
    );
    expect((await reapAll(sq.cq)).map(({ cid }) => cid)).toEqual([0, 1, 2]);
  });

  test("the admin queues have one too, and two queues share a completion queue", async () => {
    const { device, controller } = await broughtUp();
    expect(controller.admin.snapshot()).toMatchObject({ id: 0, cqid: 0, outstanding: 0 });
    const cq = await controller.createCompletionQueue({ id: 2, entries: 8 });
    const a = await controller.createSubmissionQueue({ id: 1, entries: 4, cq });
    const b = await controller.createSubmissionQueue({ id: 2, entries: 4, cq });
    const page = device.memory.allocate(4096);
    b.post(readOf(page), { cid: 7 });
    b.ring();
    await work(device);
    expect(cq.snapshot()).toMatchObject({ sqids: [1, 2], phase: 1, head: 0 });
    expect(cq.snapshot().entries[0]).toMatchObject({ state: "new", sqid: 2, cid: 7, sqhd: 1 });
    // the same CID in the other queue is another command
    a.post(readOf(page), { cid: 7 });
    expect(sqStates(a)).toBe("posted free free free");
    expect(sqStates(b)).toBe("completed free free free");
  });
});
